"""The commands around alarms."""

import json
import threading
import time

import pytest

from analytics.alarms.commands import alarms_acknowledge, alarms_list, alarms_rules
from analytics.alarms.job import run
from teplosvet.config import settings
from teplosvet.domain.alarms import AlarmCode
from teplosvet.domain.errors import ConfigurationError, UnknownNameError
from teplosvet.storage.database import connect


def test_alarms_are_listed_and_acknowledged(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEPLOSVET_DATABASE_URL", database)
    settings.cache_clear()
    try:
        with connect(database) as connection:
            connection.execute(
                "INSERT INTO alarm (rule, subject, severity, opened_at, last_seen, closed_at, data)"
                ' VALUES (\'job_failed\', \'job:x\', 2, now(), now(), NULL, \'{"job": "x", "error": "boom"}\'),'
                " ('job_failed', 'job:y', 2, now(), now(), now(), '{}')"
            )
        alarms_list(as_json=True)
        (told,) = json.loads(capsys.readouterr().out)
        assert told["text"] == "The job «x» does not succeed: boom"
        for _ in range(2):
            alarms_acknowledge(told["alarm_id"], "I look")
        capsys.readouterr()
        alarms_list(everything=True, as_json=True)
        found = json.loads(capsys.readouterr().out)
        assert [each["acknowledged_by"] for each in found] == [None, "command line"]
        with pytest.raises(UnknownNameError):
            alarms_acknowledge(999)
        with pytest.raises(ConfigurationError):
            alarms_acknowledge(told["alarm_id"], "x\0")
        alarms_rules(as_json=True)
        rules = json.loads(capsys.readouterr().out)["rules"]
        assert {each["code"] for each in rules} == set(AlarmCode)
        alarms_list()
        assert "boom" in capsys.readouterr().out
    finally:
        settings.cache_clear()


def test_the_job_runs_until_it_is_stopped_and_says_so(database: str) -> None:
    with connect(database) as connection:
        connection.execute(
            "INSERT INTO quarantine (topic, publisher, payload, digest, reason, detail)"
            " SELECT 't', 'p', '', int4send(n), 'not_json', '' FROM generate_series(1, 150) n"
        )
        stop = threading.Event()
        thread = threading.Thread(target=run, args=(database, stop))
        thread.start()
        try:
            until = time.monotonic() + 60
            while connection.execute("SELECT count(*) FROM job_run WHERE ok_at IS NOT NULL").fetchone() != (2,):
                assert time.monotonic() < until, connection.execute("SELECT * FROM job_run").fetchall()
                time.sleep(0.1)
        finally:
            stop.set()
            thread.join(30)
        assert not thread.is_alive()
        assert connection.execute("SELECT code FROM alarm_open").fetchall() == [("quarantine_growing",)]
