#!/bin/sh
# demo.sh VENV OUT NOTEBOOK: run the notebook in a fresh workspace and write OUT/<notebook>.ipynb and .html.
# Where MNIST cannot be had from any source, the drawn digits take its place, and the result says so.
set -eu
venv=$1 out=$2 notebook=$3
name=$(basename "$notebook" .ipynb)
mkdir -p "$out"
rm -rf "$out/workspace"
mkdir "$out/workspace"
cp "$notebook" "$out/$name.ipynb"
export THANOSQL_WORKSPACE="$out/workspace"
run() {
    "$venv/bin/jupyter" nbconvert --to notebook --execute --inplace --log-level=ERROR \
        --ExecutePreprocessor.kernel_name=thanosql --ExecutePreprocessor.record_timing=False "$out/$name.ipynb" 2>"$out/log"
}
if ! run; then
    if grep -q 'ThanoSQLConnectionError' "$out/log"; then
        echo "MNIST cannot be fetched from here (an npm client on PATH would be one more source);"
        echo "showing the drawn digits instead, which are not MNIST."
        sed -e 's/mnist_data/digits_data/g' -e 's/mnist_\(train\|test\)\.csv/digits_\1.csv/g' -e 's/923\.jpg/8.jpg/g' \
            "$notebook" >"$out/$name.ipynb"
        run || { tail -30 "$out/log" >&2; exit 1; }
    else
        tail -30 "$out/log" >&2
        exit 1
    fi
fi
"$venv/bin/jupyter" nbconvert --to html --log-level=ERROR "$out/$name.ipynb"
echo "The tutorial ran. Its result: $out/$name.html"
