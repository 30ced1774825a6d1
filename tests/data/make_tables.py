#!/usr/bin/env python3
"""Write tables/: small files of every kind that COPY reads or refuses. Usage: make_tables.py"""
import gzip
import pathlib

HERE = pathlib.Path(__file__).parent / "tables"

FILES = {
    "semicolon.csv": "name;price;note\nA;1,5;one, or two\nB;2,25;three\n",
    "tab.tsv": "name\tnote\nA\tone, or two; three\nB\t\n\t\n",
    "pipe.txt": "name|n\nA|1\nB|2\n",
    "one_column.csv": "note\n\"one; two\"\nthree; four\nfive\n",
    "semicolons_in_text.csv": "id,note\n1,a;b\n2,c;d;e\n3,\"f,g;h\"\n",
    "korean.csv": "이름,나이,메모\n김철수,31,\"첫 줄\n둘째 줄\"\n이영희,,\"그는 \"\"네\"\"라고, 말했다\"\n",
    "cp949.csv": "id,이름\n1,김철수\n".encode("cp949"),
    "utf16.csv": "id,name\n1,x\n".encode("utf-16"),
    "empty.csv": "",
    "header.csv": "a,b\n",
    "ragged.csv": "a,b,c\n1\n2,x\n3,y,True\n",
    "too_many.csv": "a,b\n1,2\n3,4,5\n",
    "mixed.csv": "n,m,b,d\n1,1,True,2024-01-02\n2.5,x,false,\n,True,NA,2024-03-04\n",
    "doubles.csv": "A,a,a.1,,\n1,2,3,4,5\n",
    "keywords.csv": "select,from,group,order,text,copy\n1,2,3,4,5,6\n",
    "quote.csv": "a,b\n1,\"never closed\n2,x\n",
    "no_header.csv": "1,x\n2,y\n",
    "people.csv": "name,age,score\nAda,36,1.5\nBob,,2\n",
    "more_people.csv": "score,NAME,age\n3.25,Cy,40\n4,Di,41.0\n",
    "other_people.csv": "name,height\nEd,180\n",
    "wrong_people.csv": "name,age,score\nFay,20,1\nGil,young,2\n",
    "records.json": '[\n  {"Id": 1, "name": "Ada", "tags": ["x", {"y": 1}], "ok": true},\n'
                    '  {"Id": 2.5, "name": "007", "extra": "\\u00e9\\n둘"},\n  {"name": null, "ok": false}\n]\n',
    "lines.jsonl": '{"a": 1, "b": "x"}\n\n{"b": "NA", "a": 9223372036854775808}\n{"a": null, "b": ""}\n',
    "columns.json": '{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}\n',
    "broken.json": '[{"a": 1},\n {"a": 2, "b": nope}]\n',
    "cut.json": '[{"a": 1},\n {"a": 2',
    "sheet.xlsx": b"PK\x03\x04 not really",
    "frame.parquet": b"PAR1",
    "frame.pkl": b"\x80\x04.",
    "unknown.dat": "a\n1\n",
}


def main():
    HERE.mkdir(exist_ok=True)
    for name, content in FILES.items():
        (HERE / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    zipped = gzip.compress(FILES["people.csv"].encode(), mtime=0)
    (HERE / "people.csv.gz").write_bytes(zipped)
    (HERE / "cut.csv.gz").write_bytes(zipped[:-12])
    (HERE / "lines.jsonl.gz").write_bytes(gzip.compress(FILES["lines.jsonl"].encode(), mtime=0))
    (HERE / "no_gzip.csv.gz").write_bytes(FILES["people.csv"].encode())


main()
