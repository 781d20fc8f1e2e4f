"""One table of reasons, and all that is made of it.

In: csrc/reasons.def, the enum, the stub and the page. Out: a failure where one of them differs, or
where no test produces a reason.
"""

from __future__ import annotations

import ast
import copy
import importlib.util
import os
import pickle
import re
import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import make_negotiator, read_vectors

import upgrade101
from upgrade101 import Action, Reason

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parent.parent.parent
TABLE = (ROOT / "csrc/reasons.def").read_text(encoding="utf-8")
STUB = ROOT / "upgrade101/_core.pyi"
PAGE = ROOT / "docs/reasons.md"
GENERATOR = ROOT / "docs/generate.py"


def read_table() -> list[tuple[str, int, int, str, str, str]]:
    """Return the rows, read in another way than docs/generate.py does: as calls."""
    source = re.sub(r"/\*.*?\*/", "", TABLE, flags=re.DOTALL)
    calls = [node.value for node in ast.parse(source).body if isinstance(node, ast.Expr)]
    rows = []
    for call in calls:
        assert isinstance(call, ast.Call)
        name, *rest = call.args
        assert isinstance(name, ast.Name)
        code, status, rfc, field, text = map(ast.literal_eval, rest)
        rows.append((name.id, code, status, rfc, field, text))
    return rows


ROWS = read_table()


@pytest.fixture
def generator() -> ModuleType:
    """Return docs/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("generate", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_reason_enum_is_the_table() -> None:
    members = [(r.name, r.code, r.status, r.rfc, r.field, r.text) for r in Reason]
    assert members == [(*row[:4], row[4] or None, row[5]) for row in ROWS]


def test_reason_stub_is_the_table() -> None:
    module = ast.parse(STUB.read_text(encoding="utf-8"))
    (stub,) = (
        node for node in module.body if isinstance(node, ast.ClassDef) and node.name == "Reason"
    )
    members = [
        (node.targets[0].id, ast.literal_eval(node.value))
        for node in stub.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    ]
    assert members == [(name, code) for name, code, *_ in ROWS]


def test_reason_page_is_the_table() -> None:
    cells = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if re.match(r"\| \d", line)
    ]
    assert [(row[1], int(row[0]), *row[3:6]) for row in cells] == [
        (name, code, *rest) for name, code, _, *rest in ROWS
    ]


def test_generator_check_of_the_tree_finds_nothing() -> None:
    assert subprocess.run([sys.executable, GENERATOR, "--check"], check=False).returncode == 0


@pytest.mark.parametrize("name", ["PAGE", "STUB", "ROWS"])
def test_generator_check_of_a_changed_file_fails_until_it_is_written(
    name: str, generator: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generator, "ROOT", tmp_path)
    for file in ("PAGE", "STUB", "ROWS"):
        copied = tmp_path / getattr(generator, file).name
        copied.write_bytes(getattr(generator, file).read_bytes())
        monkeypatch.setattr(generator, file, copied)
    assert generator.main(["--check"]) == 0
    changed = getattr(generator, name)
    text = changed.read_text(encoding="utf-8")
    changed.write_text(text.replace("WS_KEY_MISSING", "WS_KEY_ABSENT"), encoding="utf-8")
    assert generator.main(["--check"]) == 1
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0
    assert changed.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("gone", ["reasons.def", "reasons.toml"])
def test_generator_names_a_reason_that_one_table_lacks(gone: str, generator: ModuleType) -> None:
    explanations = generator.EXPLANATIONS.read_text(encoding="utf-8")
    table = TABLE
    if gone == "reasons.def":
        table = re.sub(r"U101_REASON\(SHUTDOWN, .*\n", "", table)
    else:
        explanations = explanations.partition("[SHUTDOWN]")[0]
    everything = generator.read_reasons(TABLE, generator.EXPLANATIONS.read_text("utf-8"))
    assert len(everything) == len(ROWS)
    with pytest.raises(ValueError, match=r"one of the tables only: SHUTDOWN$"):
        generator.read_reasons(table, explanations)


def test_generator_with_an_unknown_argument_explains_itself(generator: ModuleType) -> None:
    assert generator.main(["--chekc"]) == 2


def test_reason_names_and_codes_are_unique() -> None:
    assert len({row[0] for row in ROWS}) == len({row[1] for row in ROWS}) == len(ROWS)


def test_reason_code_is_taken_for_no_status() -> None:
    """[contract 9]."""
    assert {len(str(code)) for _, code, *_ in ROWS} == {4}


def test_reason_is_produced_by_a_test() -> None:
    produced = {
        expect["reason"]
        for vector in read_vectors()
        for _, expect in vector.feeds
        if expect["action"] is not None
    }
    for path in (ROOT / "tests").glob("*/test_*.py"):
        produced |= set(re.findall(r"Reason\.([A-Z]\w+)", path.read_text(encoding="utf-8")))
    assert {row[0] for row in ROWS} <= produced


def test_reason_is_found_by_code_and_pickles_to_itself() -> None:
    for reason in Reason:
        assert Reason(reason.code) is reason is Reason[reason.name]
        assert pickle.loads(pickle.dumps(reason)) is reason  # noqa: S301 -- made in this line
        assert copy.deepcopy(reason) is reason
    assert issubclass(Reason, Enum)
    assert Reason.__module__ == Action.__module__ == "upgrade101._core"
    assert upgrade101.Reason is Reason


@pytest.mark.parametrize("name", ["code", "status", "rfc", "field", "text"])
def test_reason_attribute_cannot_be_set(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(Reason.NO_UPGRADE, name, 1)


def test_reason_of_a_foreign_value_has_no_row() -> None:
    impostor = object.__new__(Reason)
    impostor._value_ = 7
    with pytest.raises(ValueError, match="7 is not the code of a reason"):
        _ = impostor.status
    impostor._value_ = "7"
    with pytest.raises(TypeError):
        _ = impostor.status


def test_action_members_are_the_four_of_the_contract() -> None:
    assert {action.name for action in Action} == {"PASS", "SWITCH", "REJECT", "CONTINUE"}


def test_reason_without_a_digest_is_internal_error(tmp_path: Path) -> None:
    """A libcrypto that may not use SHA-1 never gives a wrong accept value [RFC 6455 4.2.2]."""
    # "fips=yes" is a property that no digest of the default provider has.
    configuration = tmp_path / "openssl.cnf"
    configuration.write_text(
        "openssl_conf = begin\n[begin]\nalg_section = algorithms\n"
        "[algorithms]\ndefault_properties = fips=yes\n"
    )
    vector = next(v for v in read_vectors() if v.id == "ws-rfc-6455-example")
    assert make_negotiator(vector.policy).decide(vector.request).action is Action.SWITCH
    code = (
        "import upgrade101, sys\n"
        "n = upgrade101.Negotiator(upgrade101.WebSocket(origins=None))\n"
        "d = n.decide(bytes.fromhex(sys.argv[1]))\n"
        "assert d.action is upgrade101.Action.REJECT, d\n"
        "assert d.reason is upgrade101.Reason.INTERNAL_ERROR, d\n"
        "assert d.response.startswith(b'HTTP/1.1 500 '), d.response\n"
        "assert b'Sec-WebSocket-Accept' not in d.response\n"
    )
    subprocess.run(
        [sys.executable, "-c", code, vector.request.hex()],
        env=os.environ | {"OPENSSL_CONF": str(configuration)},
        check=True,
    )
