"""The one place that runs ONNX models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy.typing as npt
import onnxruntime

from models.errors import ModelMissingError

Array = npt.NDArray[Any]


class Session:
    """A loaded model on one thread, which gives its memory back after each run; ``roomy``: keeps it, and is a tenth quicker.

    Raises ModelMissingError when the file does not load.
    """

    def __init__(self, path: Path, threads: int = 1, *, roomy: bool = False) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = roomy
        options.enable_mem_pattern = roomy
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as problem:  # the runtime's own exceptions share no other base class
            raise ModelMissingError(f"{path.name} does not load: {problem}") from problem
        self._outputs = [output.name for output in self._session.get_outputs()]

    def run(self, **inputs: Array) -> dict[str, Array]:
        """Outputs by name."""
        return dict(zip(self._outputs, self._session.run(self._outputs, inputs), strict=True))

    @property
    def metadata(self) -> dict[str, str]:
        """What the model's maker wrote into the file."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    @property
    def input_names(self) -> list[str]:
        return [given.name for given in self._session.get_inputs()]
