"""Where a proposed confidence model waits in the data folder, with its picture, until a second person takes it."""

import hashlib
import os
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from kb_service.domain.calibrations import CalibrationProposal

_PROPOSAL = TypeAdapter(CalibrationProposal)


class CalibrationFolder:
    """Implements `recalibrating.ProposedModel`. ``in_use``: where the model goes when it is taken."""

    def __init__(self, folder: Path, in_use: Path) -> None:
        self._folder = folder
        self._in_use = in_use

    @property
    def picture(self) -> Path:
        return self._folder / "proposal.html"

    def keep(self, proposal: CalibrationProposal, model: str, picture: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.picture.write_text(picture, encoding="utf-8")
        self._model.write_text(model, encoding="utf-8", newline="\n")
        self._told.write_bytes(_PROPOSAL.dump_json(proposal, indent=1))

    def proposal(self) -> CalibrationProposal | None:
        try:
            return _PROPOSAL.validate_json(self._told.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def sha256(self) -> str | None:
        try:
            return hashlib.sha256(self._model.read_bytes()).hexdigest()
        except FileNotFoundError:
            return None

    def take_into_use(self) -> None:
        os.replace(self._model, self._in_use)
        self._told.unlink(missing_ok=True)

    def put_away(self) -> None:
        """The model's file stays, to be looked at."""
        self._told.unlink(missing_ok=True)

    @property
    def _model(self) -> Path:
        return self._folder / "confidence_model.json"

    @property
    def _told(self) -> Path:
        return self._folder / "proposal.json"
