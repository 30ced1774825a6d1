"""Write the archives that tests/lang/test_archive.c and test_datasets.c read: good ones, and ones that must be refused."""
import gzip
import io
import pathlib
import stat
import tarfile
import zipfile

OUT = pathlib.Path(__file__).resolve().parent / "archives"


def member(name, kind=tarfile.REGTYPE, size=0, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, link
    info.mode = 0o755 if kind == tarfile.DIRTYPE else 0o644
    return info


def tar_bytes(members):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, content in members:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return gzip.compress(raw.getvalue(), 9, mtime=0)


def write_tar(name, members):
    (OUT / name).write_bytes(tar_bytes(members))


def write_zip(name, members):
    with zipfile.ZipFile(OUT / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content, mode in members:
            info = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)


FILE, LINK = stat.S_IFREG | 0o644, stat.S_IFLNK | 0o777
BEFORE = (member("box/before.txt"), b"before\n")
TABLE = b"passengerid,survived\n1,0\n2,1\n"

OUT.mkdir(exist_ok=True)
write_tar("good.tar.gz", [(member("box", tarfile.DIRTYPE), b""), (member("box/one.txt"), b"one\n"),
                          (member("./box/deep/two.txt"), b"two\n"), (member("box/\u00e4.txt"), b"umlaut\n")])
write_zip("good.zip", [("box/one.txt", b"one\n", FILE), ("box/deep/two.txt", b"two\n", FILE)])
write_tar("titanic_data.tar.gz", [(member("titanic_data/titanic_train.csv"), TABLE)])
write_zip("diet_data.zip", [("diet_data/diet_train.csv", TABLE, FILE)])
write_tar("nsmc_data.tgz", [(member("elsewhere/nsmc_train.csv"), TABLE)])
write_tar("parent.tar.gz", [BEFORE, (member("box/../../evil.txt"), b"evil")])
write_tar("absolute.tar.gz", [BEFORE, (member("/tmp/thanosql_test_evil.txt"), b"evil")])
write_tar("symlink.tar.gz", [BEFORE, (member("box/link", tarfile.SYMTYPE, link="/tmp"), b""),
                             (member("box/link/thanosql_test_evil.txt"), b"evil")])
write_tar("hardlink.tar.gz", [BEFORE, (member("box/link", tarfile.LNKTYPE, link="/etc/hostname"), b"")])
write_tar("device.tar.gz", [BEFORE, (member("box/pipe", tarfile.FIFOTYPE), b"")])
write_tar("twice.tar.gz", [BEFORE, BEFORE])
write_tar("many.tar.gz", [(member("box/%04d" % i), b"") for i in range(2000)])
write_tar("bomb.tar.gz", [(member("box/zeros"), bytes(20 << 20))])
write_zip("parent.zip", [("box/before.txt", b"before\n", FILE), ("../evil.txt", b"evil", FILE)])
write_zip("symlink.zip", [("box/link", b"/tmp", LINK)])
noise = bytes((i * i * 7 + i // 3) % 251 for i in range(200000))
(OUT / "truncated.tar.gz").write_bytes(tar_bytes([(member("box/noise"), noise)])[:1000])
(OUT / "plain.gz").write_bytes(gzip.compress(b"plain words\n", mtime=0))
(OUT / "truncated.gz").write_bytes(gzip.compress(noise, mtime=0)[:700])
(OUT / "words.gz").write_bytes(b"these are words, not an archive\n" * 20)
