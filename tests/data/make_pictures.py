#!/usr/bin/env python3
"""Make tests/data/pictures/: small pictures of every kind that decoding must know. Needs Pillow (for the JPEGs; the PNGs
are put together here, chunk by chunk, since no common library writes all of these kinds). The files are committed; run
this again only to add one. The formulas of the pixels stand in tests/ml/test_decode.c too."""
import io
import pathlib
import struct
import zlib

from PIL import Image

OUT = pathlib.Path(__file__).parent / "pictures"
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def row_bytes(values, depth):
    if depth == 16:
        return b"".join(struct.pack(">H", v) for v in values)
    bits = "".join(format(v, f"0{depth}b") for v in values)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def png(name, width, height, depth, colour, pixel, before=b"", after=b"", interlaced=False):
    """pixel(x, y) gives the tuple of the samples."""
    raw = b""
    for x0, y0, dx, dy in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        columns = range(x0, width, dx)
        for y in range(y0, height, dy) if columns else []:
            raw += b"\0" + row_bytes([v for x in columns for v in pixel(x, y)], depth)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    (OUT / name).write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before +
                             chunk(b"IDAT", zlib.compress(raw)) + after + chunk(b"IEND", b""))


def grey(depth):
    return lambda x, y: ((x + 5 * y) * (4321 if depth == 16 else 7) % (1 << depth),)


def rgb(x, y):
    return (x * 40 % 256, y * 80 % 256, (x * y * 10 + 3) % 256)


def alpha(x, y):
    return (x * 60 + y) % 256


def wide(samples):
    return tuple(v * 257 for v in samples)


def pngs():
    for depth in 1, 2, 4, 8, 16:
        png(f"grey{depth}.png", 5, 3, depth, 0, grey(depth))
        png(f"grey{depth}_clear.png", 5, 3, depth, 0, grey(depth), chunk(b"tRNS", struct.pack(">H", grey(depth)(2, 1)[0])))
    colours = b"".join(bytes(rgb(i % 5, i // 5)) for i in range(15))
    index = lambda x, y: (x + 5 * y,)
    png("palette.png", 5, 3, 4, 3, index, chunk(b"PLTE", colours))
    clear = bytes(alpha(i % 5, i // 5) for i in range(15))
    png("palette_clear.png", 5, 3, 4, 3, index, chunk(b"PLTE", colours) + chunk(b"tRNS", clear))
    png("rgb.png", 5, 3, 8, 2, rgb)
    png("rgb16.png", 5, 3, 16, 2, lambda x, y: wide(rgb(x, y)))
    png("rgba.png", 5, 3, 8, 6, lambda x, y: rgb(x, y) + (alpha(x, y),))
    png("rgba16.png", 5, 3, 16, 6, lambda x, y: wide(rgb(x, y) + (alpha(x, y),)))
    png("grey_alpha.png", 5, 3, 8, 4, lambda x, y: grey(8)(x, y) + (alpha(x, y),))
    png("interlaced.png", 13, 9, 8, 2, rgb, interlaced=True)
    png("interlaced_alpha.png", 13, 9, 8, 6, lambda x, y: rgb(x, y) + (alpha(x, y),), interlaced=True)
    png("interlaced1.png", 13, 9, 1, 0, lambda x, y: ((x + y) % 2,), interlaced=True)
    tiff = b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHHI", 0x0112, 3, 1, 6, 0, 0)
    png("turned.png", 5, 3, 8, 2, rgb, chunk(b"eXIf", tiff))
    png("turned_late.png", 5, 3, 8, 2, rgb, after=chunk(b"eXIf", tiff))
    png("one.png", 1, 1, 8, 0, lambda x, y: (77,))
    png("huge.png", 5, 3, 8, 2, rgb)
    data = bytearray((OUT / "huge.png").read_bytes())
    data[16:24] = struct.pack(">II", 20001, 20000)  # claims more than 400 million pixels
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    (OUT / "huge.png").write_bytes(data)


def halves(left, right, mode):
    picture = Image.new(mode, (32, 16), left)
    picture.paste(right, (16, 0, 32, 16))
    return picture


def jpeg(picture, **options):
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95, **options)
    return out.getvalue()


def jpegs():
    # Pillow writes CMYK as Adobe does: inverted, with an Adobe marker whose last byte (the transform) is 0.
    cmyk = jpeg(halves((0, 255, 255, 0), (255, 0, 0, 128), "CMYK"))
    (OUT / "cmyk.jpg").write_bytes(cmyk)
    at = cmyk.index(b"\xff\xee")
    size = struct.unpack(">H", cmyk[at + 2:at + 4])[0] + 2
    plain = jpeg(halves((255, 0, 0, 255), (0, 255, 255, 127), "CMYK"))
    (OUT / "cmyk_plain.jpg").write_bytes(plain[:at] + plain[at + size:])  # no marker: not inverted
    # YCCK: planes of Y, Cb, Cr of the complement of red, and of that of cyan with half the ink, under transform 2.
    ycck = bytearray(jpeg(halves((255 - 179, 255 - 171, 254, 0), (255 - 76, 255 - 85, 0, 128), "CMYK")))
    ycck[at + size - 1] = 2
    (OUT / "ycck.jpg").write_bytes(ycck)

    photo = Image.new("RGB", (200, 150))
    photo.putdata([(x, y, (x + y) // 2) for y in range(150) for x in range(200)])
    (OUT / "photo.jpg").write_bytes(jpeg(photo, subsampling="4:2:0"))
    (OUT / "progressive.jpg").write_bytes(jpeg(photo, subsampling="4:2:0", progressive=True))
    for subsampling in "4:4:4", "4:2:2":
        (OUT / f"photo{subsampling.replace(':', '')}.jpg").write_bytes(jpeg(photo, subsampling=subsampling))
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0112] = 6
    (OUT / "turned.jpg").write_bytes(jpeg(photo, exif=exif))
    wrong = jpeg(Image.new("L", (9, 7), 200))
    (OUT / "jpeg_in_disguise.png").write_bytes(wrong)


OUT.mkdir(exist_ok=True)
pngs()
jpegs()
