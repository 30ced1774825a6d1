"""Jupyter's own suite for kernels, with a sample for everything that the language has. It has no code that clears
outputs."""
import os
import shutil
import tempfile
import unittest.mock

import jupyter_kernel_test as suite
import pytest
from PIL import Image

PICTURE = "hello, world.png"


@pytest.fixture(scope="module", autouse=True)
def installed(jupyter_path):
    """The kernel's description is found, and a workspace with one picture is the kernel's."""
    workspace = tempfile.mkdtemp()
    Image.new("L", (8, 8), 200).save(os.path.join(workspace, PICTURE))
    with unittest.mock.patch.dict(os.environ, JUPYTER_PATH=str(jupyter_path), THANOSQL_WORKSPACE=workspace):
        yield
    shutil.rmtree(workspace)


class Kernel(suite.KernelTests):
    kernel_name = "thanosql"
    language_name = "thanosql"
    file_extension = ".sql"
    code_hello_world = f"PRINT IMAGE AS SELECT '{PICTURE}' AS image_path"
    code_stderr = f"PRINT IMAGE OPTIONS (no_such_option=1) AS SELECT '{PICTURE}' AS image_path"
    code_display_data = [{"code": code_hello_world, "mime": "image/png"}]
    code_generate_error = "SELECT * FROM no_such_table"
    code_execute_result = [
        {"code": "SELECT 6 * 7 AS answer", "result": "   answer\n0      42"},
        {"code": "SELECT 'é' AS letter, 1.5 AS x", "result": "  letter    x\n0      é  1.5"},
        {"code": "SELECT 1 AS one WHERE false", "result": "Empty DataFrame\nColumns: [one]\nIndex: []"},
        {"code": "SELECT 3 AS three", "mime": "text/html"},
    ]
    completion_samples = [
        {"text": "BUI", "matches": ["BUILD"]},
        {"text": "BUILD MODEL m US", "matches": ["USING"]},
        {"text": "PRINT IM", "matches": ["IMAGE"]},
    ]
    complete_code_samples = ["SELECT 1", "SELECT 1;", "", "%load_ext thanosql", "LIST MODEL", "-- nothing"]
    incomplete_code_samples = ["SELECT (1", "SELECT 'a", "BUILD MODEL m USING", "/* open", "CREATE TABLE t ("]
    invalid_code_samples = ["BUILD MODEL 5 USING SimCLR AS SELECT 1", "LIST THANOSQL THINGS"]
    code_history_pattern = "SELECT 6*answer"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "BUILD"
    code_page_something = "BUILD?"


class Welcome(suite.IopubWelcomeTests):
    kernel_name = "thanosql"
    support_iopub_welcome = True
