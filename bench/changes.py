"""What is done to a photograph of which the copy is then looked for among the originals."""
import io

from PIL import Image


def jpeg(picture, quality):
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def shifted(picture):
    """8 % to the right and down, black behind it."""
    w, h = picture.size
    out = Image.new("RGB", (w, h))
    out.paste(picture, (round(.08 * w), round(.08 * h)))
    return out


def cropped(picture):
    w, h = picture.size
    return picture.crop((round(.05 * w), round(.05 * h), round(.95 * w), round(.95 * h)))


CHANGES = {
    "JPEG quality 30": lambda p: jpeg(p, 30),
    "half size": lambda p: p.resize((p.width // 2, p.height // 2), Image.BICUBIC),
    "crop 10 %": cropped,
    "rotation 5 degrees": lambda p: p.rotate(5, Image.BICUBIC),
    "grey": lambda p: p.convert("L").convert("RGB"),
    "mirror": lambda p: p.transpose(Image.FLIP_LEFT_RIGHT),
    "shift 8 %, black edge": shifted,
}
