"""What the glasses call of picamera2 exists in it, with fitting arguments; and the tests' stand-in is no kinder than the real one.

picamera2 cannot be imported without libcamera, so its program text is read: the version that models/manifest.toml pins.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.store import ModelStore

ROOT = Path(__file__).parents[2]
ADAPTER = ROOT / "glasses/hw/libcamera.py"
FAKE = Path(__file__).with_name("fake_picamera2.py")
CLASSES = {
    "Picamera2": ["picamera2.py"],
    "H264Encoder": ["encoders/h264_encoder.py", "encoders/libav_h264_encoder.py"],  # with a hardware encoder, and without
    "Output": ["outputs/output.py"],
}

SUBCLASSES = {"Picamera2": "Picamera2", "SteadyEncoder": "H264Encoder", "Output": "Output"}


@pytest.fixture(scope="module")
def real(store: ModelStore) -> dict[str, list[ast.ClassDef]]:
    folder = store.media("picamera2")
    found = {name: [_class(folder / path, name) for path in paths] for name, paths in CLASSES.items()}
    exported = {alias.asname or alias.name for path in ("__init__.py", "encoders/__init__.py", "outputs/__init__.py")
                for node in ast.walk(_tree(folder / path)) if isinstance(node, ast.ImportFrom) for alias in node.names}  # fmt: skip
    assert set(CLASSES) <= exported
    return found


def test_all_that_is_imported_is_known_here() -> None:
    imports = [node for node in ast.walk(_tree(ADAPTER)) if isinstance(node, ast.ImportFrom)]
    assert {alias.name for node in imports if (node.module or "").startswith("picamera2") for alias in node.names} == set(CLASSES)


def test_every_call_fits_a_real_signature(real: dict[str, list[ast.ClassDef]]) -> None:
    calls = list(_calls(_tree(ADAPTER)))
    assert {(owner, name) for owner, name, _, _ in calls} >= {
        ("Picamera2", "__init__"), ("Picamera2", "global_camera_info"), ("Picamera2", "configure"), ("Picamera2", "start_encoder"),
        ("Picamera2", "create_video_configuration"), ("Picamera2", "stop_encoder"), ("Picamera2", "capture_array"),
        ("H264Encoder", "__init__"),
    }  # fmt: skip
    for owner, name, positional, keywords in calls:
        for definition in real[owner]:
            signature = _signature(definition, name)
            try:
                signature.bind(*[None] * positional, **dict.fromkeys(keywords))
            except TypeError as problem:
                pytest.fail(f"{owner}.{name}{signature}: {problem}")


def test_every_attribute_of_the_camera_exists(real: dict[str, list[ast.ClassDef]]) -> None:
    used = {node.attr for node in ast.walk(_tree(ADAPTER)) if isinstance(node, ast.Attribute) and _is_camera(node.value)}
    assert used
    assert used <= _methods(real["Picamera2"][0]).keys()


def test_the_output_is_called_as_picamera2_calls_it(real: dict[str, list[ast.ClassDef]]) -> None:
    ours = next(node for node in ast.walk(_tree(ADAPTER)) if isinstance(node, ast.ClassDef) and node.name == "ToReader")
    wanted = list(_signature(real["Output"][0], "outputframe").parameters)
    assert list(_signature(ours, "outputframe").parameters) == wanted


def test_a_software_encoder_can_still_be_set_up_when_it_starts(real: dict[str, list[ast.ClassDef]]) -> None:
    """The stream is made in ``_start`` and opened with the first picture, so that its options can be set in between."""
    start = ast.unparse(_methods(real["H264Encoder"][1])["_start"])
    assert "self._stream = self._container.add_stream(" in start
    assert "self._stream.codec_context.options[" in start
    assert "encode(" not in start
    assert "_start" in _methods(real["H264Encoder"][0])


@pytest.mark.parametrize("name", CLASSES)
def test_the_stand_in_takes_nothing_that_the_real_one_does_not(real: dict[str, list[ast.ClassDef]], name: str) -> None:
    stand_in = _class(FAKE, name)
    for method in _methods(stand_in):
        if method.startswith("_") and method != "__init__":
            continue
        given = list(_signature(stand_in, method).parameters)
        wanted = list(_signature(real[name][0], method).parameters)
        assert set(given) <= set(wanted), f"{name}.{method}"
        assert [each for each in wanted if each in given] == given, f"{name}.{method}: another order"


def test_a_call_that_does_not_fit_would_be_found(real: dict[str, list[ast.ClassDef]]) -> None:
    with pytest.raises(TypeError):
        _signature(real["H264Encoder"][0], "__init__").bind(bit_rate=1)
    with pytest.raises(KeyError):
        _signature(real["Picamera2"][0], "capture_frame")


def _calls(tree: ast.Module) -> Iterator[tuple[str, str, int, list[str]]]:
    """Class, method, number of positional arguments and names of the others; also of methods handed on to a thread."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        keywords = [each.arg for each in node.keywords if each.arg]
        target, positional = node.func, len(node.args)
        handed_on = [arg for arg in node.args if isinstance(arg, ast.Attribute) and _is_camera(arg.value)]
        if handed_on:
            target, positional = handed_on[0], len(node.args) - node.args.index(handed_on[0]) - 1
        if isinstance(target, ast.Attribute) and _is_camera(target.value):
            yield "Picamera2", target.attr, positional, keywords
        elif isinstance(target, ast.Name) and target.id in SUBCLASSES:
            yield SUBCLASSES[target.id], "__init__", positional, keywords


def _is_camera(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "_camera"
    return isinstance(node, ast.Name) and node.id in ("camera", "Picamera2")


def _methods(definition: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    """The last definition of each: those before it are overloads."""
    return {node.name: node for node in definition.body if isinstance(node, ast.FunctionDef)}


def _signature(definition: ast.ClassDef, name: str) -> inspect.Signature:
    """Without ``self``. Raises KeyError for a method that is not there."""
    method = _methods(definition)[name]
    static = any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in method.decorator_list)
    arguments = method.args
    names = [each.arg for each in [*arguments.posonlyargs, *arguments.args]]
    required = len(names) - len(arguments.defaults)
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    empty = inspect.Parameter.empty
    parameters = [inspect.Parameter(each, kind, default=empty if n < required else None) for n, each in enumerate(names)]
    parameters += [inspect.Parameter(each.arg, inspect.Parameter.KEYWORD_ONLY, default=None) for each in arguments.kwonlyargs]
    return inspect.Signature(parameters if static else parameters[1:])


def _class(path: Path, name: str) -> ast.ClassDef:
    for node in _tree(path).body:
        if isinstance(node, ast.ClassDef) and node.name in (name, f"Lib{name}", f"Libav{name}"):
            return node
    raise LookupError(f"{path} has no class {name}")


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())
