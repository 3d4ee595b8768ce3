"""`kb doctor` names what is wrong and what to do, changes nothing, and finds nothing wrong where all is well."""

import os
from pathlib import Path

import pytest

from kb_service.doctor import diagnoses
from kb_service.domain.escalations import Helper
from kb_service.domain.matters import Department
from kb_service.settings import Settings
from kb_service.upkeep_command import words_of_doors
from kb_service.wiring import now, open_records, open_service


@pytest.fixture
def sound(tmp_path: Path, models_dir: Path) -> Settings:
    settings = Settings(data_dir=tmp_path / "var")
    settings.data_dir.mkdir(mode=0o700)
    settings.models_dir.symlink_to(models_dir)
    open_service(settings).close()
    return settings


def wrong(settings: Settings) -> dict[str, str]:
    return {each.subject: each.problem for each in diagnoses(settings, words_of_doors=words_of_doors()) if each.problem}


def test_a_sound_installation_has_nothing_wrong_with_it(sound: Settings) -> None:
    assert wrong(sound) == {}


def test_where_nothing_is_yet_it_says_what_makes_it_and_makes_nothing(tmp_path: Path) -> None:
    found = wrong(Settings(data_dir=tmp_path / "var"))
    assert set(found) == {"data folder", "database", "embedding model", "index"}
    assert "make model" in found["embedding model"] and "make run" in found["database"]
    assert not (tmp_path / "var").exists()


def test_each_damage_is_named_with_what_to_do(sound: Settings) -> None:
    (sound.data_dir / "kb.sqlite").write_bytes(os.urandom(8192))
    (sound.data_dir / "user.key").write_bytes(b"")
    (sound.index_dir / "manifest.json").unlink()
    sound.data_dir.chmod(0o755)
    found = wrong(sound)
    assert "backup" in found["database"] and "KB_USER_KEY" in found["key of user hashes"]
    assert "kb reindex" in found["index"] and "chmod 700" in found["data folder"]


def test_a_language_model_that_does_not_answer_is_named_with_its_variable(sound: Settings) -> None:
    settings = sound.model_copy(update={"llm_url": "http://127.0.0.1:9/v1", "llm_model": "m"})
    assert "KB_LLM_URL" in wrong(settings)["language model"]


def test_a_department_whose_helpers_are_all_juniors_is_named(sound: Settings) -> None:
    department = Department(id="qiqiu", name="市气球管理处")
    with open_records(sound) as records:
        records.catalogue.replace(departments_=[department], matters_=[], actor="吴管理", at=now())
        for name, is_junior in (("新人甲", True), ("新人乙", True), ("李帮办", False)):
            helper = Helper(person_id=name, name=name, departments=("qiqiu",), capacity=3, is_junior=is_junior)
            records.helpers.set_up(helper, actor="吴管理", at=now())
            assert ("市气球管理处" in wrong(sound).get("human help", "")) == is_junior


@pytest.mark.parametrize("file", ["messages.yaml", "export.yaml", "contrasts.yaml"])
def test_words_that_do_not_fit_are_named_with_file_and_line(sound: Settings, tmp_path: Path, file: str) -> None:
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    for path in sound.prompts_dir.iterdir():
        (prompts / path.name).symlink_to(path)
    (prompts / file).unlink()
    (prompts / file).write_text("errors: [", encoding="utf-8")
    found = wrong(sound.model_copy(update={"prompts_dir": prompts}))
    assert f"{file} line 2 is no YAML" in found["words in prompts"]


def test_a_database_without_tables_is_no_database_of_ours(sound: Settings) -> None:
    for path in sound.data_dir.glob("kb.sqlite*"):
        path.unlink()
    (sound.data_dir / "kb.sqlite").touch()
    assert "no tables" in wrong(sound)["database"]
    open_records(sound.model_copy(update={"start_new": True})).close()
    assert "database" not in wrong(sound)
