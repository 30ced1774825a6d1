"""A PostgreSQL of its own for the tests of this folder."""
import pytest


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    pgserver = pytest.importorskip("pgserver", reason="PostgreSQL (PyPI pgserver) is not installed")
    psycopg2 = pytest.importorskip("psycopg2")
    try:
        instance = pgserver.get_server(tmp_path_factory.mktemp("postgres"))
        admin = psycopg2.connect(instance.get_uri())
    except Exception as error:  # no PostgreSQL for this machine
        pytest.skip(f"PostgreSQL does not start here: {error}")
    admin.autocommit = True
    raw = psycopg2.extensions.new_type(tuple(psycopg2.extensions.string_types), "RAW", lambda value, cursor: value)
    psycopg2.extensions.register_type(raw)
    yield instance, admin
    admin.close()
    instance.cleanup()
