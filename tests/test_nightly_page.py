"""docs/nightly.md, command by command, on a machine of our own: test archive, mail server, webhook receiver, save service."""

import base64
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from crawler.archives.dialects import parse_archive
from history.notify.config import parse
from tests import programs
from tests.servers.receivers import data_of, mail_server, webhook_receiver

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "nightly.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
(TOML,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
CONTRIB = ROOT / "contrib"


def test_from_an_empty_machine_to_a_mail(tmp_path):
    """The first crawl ends in 2020, so that the second finds what came later; the digest is due at once, as in the week's
    first run.
    """
    state = tmp_path / "state"
    secret = f"whsec_{base64.b64encode(bytes(32)).decode()}"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("POLICYLAPSE_", "SCRAPY_"))
    }
    environment |= {
        "POLICYLAPSE_ARCHIVE": "sample",
        "POLICYLAPSE_STATE": str(state),
        "POLICYLAPSE_WORKERS": "1",
        "HOME": str(tmp_path),
        "POLICYLAPSE_WEBHOOK_SECRET_HOOK": secret,
        "POLICYLAPSE_DB": str(tmp_path / "policies.db"),
    }
    folder = tmp_path / "policies"

    def run(command, *more, code=0):
        here = folder if folder.exists() else tmp_path
        program, *words = shlex.split(command)
        if program == "policylapse":
            done = programs.run("-m", "cli.main", *words, *more, cwd=here, env=environment)
        else:
            done = subprocess.run(
                command, shell=True, cwd=here, env=environment, capture_output=True, text=True, timeout=600, check=False
            )
        assert done.returncode == code, (command, done.stdout, done.stderr)
        return done

    assert len(COMMANDS) == 10
    make, write, first, begin, crawl, notify, new, waiting, plan, save = COMMANDS
    run(make)
    run(write)
    assert "new: " not in run(first, "--until", "2019").stdout
    with mail_server() as (address, inbox), webhook_receiver() as (url, hooks):
        text = TOML.replace("smtp+starttls://user@mail.example.org:587", address).replace(
            "https://hooks.example.org/policies", url
        )
        text = text.replace("webhook =", "allow_private = true\nwebhook =").replace(
            'digest = "weekly"\nday = "monday"', 'digest = "now"'
        )
        (folder / "notify.toml").write_text(f"{text}max_age_days = 36500\n", encoding="utf-8")
        assert "begins now" in run(begin).stderr
        night = run(crawl)
        assert night.stdout.count("  new: ") == 5
        assert night.stderr == ""
        assert run(new).stdout.count("  lumenkart.example  ") == 5
        assert "Subject: Policies: " in run(waiting).stdout
        assert re.search(r"\d messages sent", run(notify).stdout)
        assert run(crawl).stdout == ""
        assert run(notify).stdout == ""
    (mail,) = inbox.mails
    assert mail["From"] == "Policies <policies@example.org>"
    assert "lumenkart.example" in mail.get_body(("plain",)).get_content()
    assert {data_of(hook)["data"]["site"] for hook in hooks.got} == {"lumenkart.example"}
    refused = run(save, code=2)  # the sample cannot be asked; what the service answers is in tests/cli/test_save.py
    assert "cannot be asked to save pages" in refused.stderr
    assert "cannot be asked to save pages" in run(plan, code=2).stderr


def test_the_file_on_the_page_is_right():
    config = parse(tomllib.loads(TOML))
    assert [watch.name for watch in config.watches] == ["substance"]


def test_cron_and_systemd_run_the_commands_of_the_page():
    for name in ("crontab", "systemd/policylapse@.service"):
        text = (CONTRIB / name).read_text(encoding="utf-8")
        for command in ("crawl", "notify"):
            assert re.search(rf"policylapse {command} ", text), name
        assert "--quiet" in text


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_reads_the_units(tmp_path):
    for unit in ("policylapse@.service", "policylapse@.timer"):
        text = (
            (CONTRIB / "systemd" / unit)
            .read_text(encoding="utf-8")
            .replace("/opt/policylapse/bin/policylapse", "/bin/true")
        )
        (tmp_path / unit.replace("@.", "@a.")).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert "policylapse" not in done.stderr, done.stderr


@pytest.mark.skipif(
    not (os.environ.get("POLICYLAPSE_TEST_ALL") and shutil.which("docker")),
    reason="it loads images from the network: POLICYLAPSE_TEST_ALL=1 builds it where docker is",
)
def test_the_image_is_built():
    subprocess.run(["docker", "build", "-q", str(ROOT)], check=True, timeout=3600)


def test_the_image_runs_without_rights_and_writes_into_its_volume_only():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert text.count("\nFROM ") == 2
    assert "\nUSER 10001\n" in text
    assert 'ENTRYPOINT ["policylapse"]' in text
    assert parse_archive("sample").root is not None  # the wheel holds it
    spec = (CONTRIB / "kubernetes" / "cronjob.yaml").read_text(encoding="utf-8")
    for line in ("concurrencyPolicy: Forbid", "backoffLimit: 0", "readOnlyRootFilesystem: true", "runAsNonRoot: true"):
        assert line in spec
