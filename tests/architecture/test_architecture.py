"""The architecture reads itself: order, names, guards, one sentence a module, one word from button to permission."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

from vetgrid.core.permission import every_permission

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path for path in (ROOT / "vetgrid").rglob("*.py") if "/migrations/" not in str(path) and "/tests/" not in str(path)
)
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "managers", "service", "services"}


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_every_module_opens_with_one_sentence(path):
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert text and text.splitlines()[0].endswith((".", ":")), path


def test_no_file_is_a_drawer_for_anything():
    assert [names(path) for path in MODULES if path.stem in FORBIDDEN_NAMES] == []


def test_imports_follow_the_order_of_domains():
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize("path", [path for path in MODULES if path.stem == "rules"], ids=names)
def test_rules_are_pure(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        for module in modules:
            assert not module.startswith(("django", "psycopg", "vetgrid.core.clock", "vetgrid.core.scope")), (
                f"{path}: {module}"
            )
    assert "today()" not in path.read_text(encoding="utf-8").replace("date.today()", "today()")


def test_foreign_keys_point_down():
    order = ["core", "web", "audit", "orgs", "accounts", "files", "policies", "notices", "work", "registry"]
    order += [
        "citizens",
        "grid",
        "payments",
        "appeals",
        "benefits",
        "visits",
        "employment",
        "cards",
        "offers",
        "reports",
        "desk",
    ]
    for model in apps.get_models():
        if model.__module__.startswith("vetgrid."):
            for field in model._meta.get_fields():
                if field.is_relation and field.concrete and field.related_model is not None:
                    target = field.related_model._meta.app_label
                    assert order.index(target) <= order.index(model._meta.app_label), f"{model.__name__}.{field.name}"


def functions(name: str):
    for path in MODULES:
        if path.stem == name or path.parent.name == name:
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    yield path, node


@pytest.mark.parametrize("domain", ["orgs", "accounts", "registry", "grid", "audit", "reports"])
def test_every_query_of_the_domain_takes_who_asks(domain):
    allowed = {
        "found_by",
        "exceptions_for",
        "present_facts",
        "ends_soon",
        "period_of",
        "as_texts",
        "text_of",
        "period_from",
    }
    for path, node in functions("queries"):
        if path.relative_to(ROOT / "vetgrid").parts[0] == domain and node.name not in allowed:
            keywords = {argument.arg for argument in node.args.kwonlyargs} | {
                argument.arg for argument in node.args.args
            }
            assert "seen_by" in keywords, f"{path.name}: {node.name}"


@pytest.mark.parametrize("domain", ["orgs", "registry", "grid", "reports"])
def test_every_action_says_who_does_it_and_runs_in_one_transaction(domain):
    for path, node in functions("actions"):
        if path.relative_to(ROOT / "vetgrid").parts[0] != domain:
            continue
        decorated = any("atomic" in ast.unparse(decorator) for decorator in node.decorator_list)
        if decorated:
            keywords = {argument.arg for argument in node.args.kwonlyargs}
            assert "by" in keywords, f"{path.name}: {node.name}"


def test_views_never_write_to_a_table_of_their_own_accord():
    """Thin doors: a view asks a query or calls an action; the one exception is choosing rows of one's own import."""
    for path in MODULES:
        if path.stem in ("views", "api") or path.parent.name == "views":
            text = path.read_text(encoding="utf-8")
            writes = re.findall(r"\.(?:save|create|bulk_create|delete)\(", text)
            assert not writes, path


def test_permission_names_are_domain_dot_verb_and_used():
    everything = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    for name, member in every_permission().items():
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", name)
        assert f"{type(member).__name__}.{member.name}" in everything or f".{member.name}" in everything, name


def test_no_page_carries_inline_script_style_or_an_outside_address():
    for path in (ROOT / "vetgrid").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text), path
        assert not re.search(r"(?:src|href|action)=[\"']?(?:https?:)?//", text), path


def test_every_form_that_posts_carries_the_csrf_token():
    for path in (ROOT / "vetgrid").rglob("*.html"):
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", path.read_text(encoding="utf-8"), re.S):
            assert "{% csrf_token %}" in form, path


def test_the_raw_query_of_an_address_is_read_where_nothing_of_the_database_is_shown():
    """The probe of doors sees every other look at a query (docs/decisions/0025)."""
    found = {names(path) for path in MODULES if re.search(r"QUERY_STRING|get_full_path", path.read_text("utf-8"))}
    assert found == {"vetgrid/accounts/middleware.py", "vetgrid/core/once.py", "vetgrid/core/api.py"}


def test_lock_files_name_no_hosts():
    for path in ROOT.glob("requirements*.lock"):
        assert "http" not in path.read_text(encoding="utf-8")


@pytest.mark.django_db
def test_everything_is_migrated():
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
