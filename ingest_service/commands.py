"""Commands of the ingest service."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from ingest_service import quarantine, unbound
from ingest_service.events import told
from ingest_service.site_apply import apply_site
from ingest_service.site_file import read_site
from ingest_service.subscriber import Subscriber, own_topics
from ingest_service.worker import Worker, spare_the_collector
from teplosvet import output
from teplosvet.stack.broker_address import BrokerAddress
from teplosvet.stack.running import database_url, mqtt_url
from teplosvet.stack.supervisor import end_with_supervisor, mark_ready
from teplosvet.storage.database import connect

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def ingest(
    number: Annotated[int, typer.Option(min=0, help="Which of the workers this is.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="How many there are; more than one share the messages.")] = 1,
    *,
    vendors: Annotated[bool, typer.Option("--vendors", help="Listen to other makers' topics instead of ours.")] = False,
) -> None:
    """Run an ingest worker until a signal comes."""
    broker = BrokerAddress.parse(mqtt_url())
    if vendors:
        from ingest_service.vendor_worker import VendorWorker  # noqa: PLC0415  # the other workers need no adapters

        worker: Worker = VendorWorker(database_url(), broker)
    else:
        worker = Worker(database_url(), Subscriber(broker, *own_topics(number, workers)))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    signal.signal(signal.SIGINT, lambda *_: worker.stop())
    end_with_supervisor(worker.stop)
    spare_the_collector()
    worker.run(on_ready=lambda: mark_ready("vendors" if vendors else f"ingest {number}"))


def site_apply(
    file: Annotated[Path, typer.Argument(help="The site file, TOML.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Apply a site file to the registry: nothing of it if anything is wrong."""
    site = read_site(file)
    with connect(database_url()) as connection:
        changes = apply_site(connection, site)
    if as_json:
        output.print_json([{"what": each.what, "noun": each.noun, "name": each.name} for each in changes])
    elif changes:
        output.print_table(f"{site.name}", ("", "noun", "name"), [(e.what, e.noun, e.name) for e in changes])
    else:
        output.people.print("Nothing changed.")


def site_heard(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """Who publishes in another maker's format and is bound to no device: for whoever registers devices."""
    with connect(database_url()) as connection:
        heard = unbound.heard(connection, limit)
    if as_json:
        output.print_json(heard)
    elif heard:
        rows = [
            (f"{each.adapter}:{each.identity}", each.times, f"{each.last_at:%Y-%m-%d %H:%M}", each.message[:80])
            for each in heard
        ]
        output.print_table("Heard and not registered", ("identity", "times", "last (UTC)", "last message"), rows)
        output.people.print(
            'Bind one: identities = ["…"] in its [[device]] of the site file, then site apply.', markup=False
        )
    else:
        output.people.print("Everybody who was heard is registered.")


def events(
    device: Annotated[str | None, typer.Option(help="Only of this device.")] = None,
    event: Annotated[str | None, typer.Option(help="Only this word, such as clock_skew.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 30,
    *,
    as_json: AsJson = False,
) -> None:
    """What gateways and devices told besides readings, the newest first; docs/gateway.md explains each word."""
    with connect(database_url()) as connection:
        found = told(connection, device, event, limit)
    if as_json:
        output.print_json(found)
    elif found:
        rows = [(f"{e.happened_at:%Y-%m-%d %H:%M}", e.device, e.building, e.event, _words(e.data)) for e in found]
        output.print_table("Events", ("time (UTC)", "device", "building", "event", "about it"), rows)
    else:
        output.people.print("Nothing was told.")


def _words(data: dict[str, object]) -> str:
    """Figures and words of an event, its sentence last."""
    figures = [f"{name} {value}" for name, value in data.items() if name != "sentence" and value is not None]
    sentence = data.get("sentence")
    return ", ".join([*figures, *([str(sentence)] if sentence else [])])


def quarantine_list(
    reason: Annotated[str | None, typer.Option(help="List the messages refused for this reason.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many messages.")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """What was refused: counted by reason, or the messages of one reason."""
    with connect(database_url()) as connection:
        if reason is None:
            counts = quarantine.by_reason(connection)
            if as_json:
                output.print_json(counts)
            elif counts:
                rows = [
                    (each.reason, each.messages, each.times, f"{each.last_at:%Y-%m-%d %H:%M}", each.example)
                    for each in counts
                ]
                output.print_table("Quarantine", ("reason", "messages", "times", "last (UTC)", "for example"), rows)
                output.people.print(
                    "Mend the cause, then `teplosvet quarantine replay`; --reason REASON lists messages."
                )
            else:
                output.people.print("Nothing is in quarantine.")
            return
        found = quarantine.messages(connection, reason, limit)
    if as_json:
        output.print_json(found)
        return
    if not found:
        output.people.print(f"Nothing is in quarantine for the reason {reason}.", markup=False)
        return
    listed = [
        (each.id, each.topic, each.times, each.detail, each.payload[:80].decode(errors="replace")) for each in found
    ]
    output.print_table(f"Refused: {reason}", ("id", "topic", "times", "why", "payload"), listed)


def quarantine_replay(
    reason: Annotated[str | None, typer.Option(help="Only messages refused for this reason.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Put what was refused through ingest again, after a fix of the registry or of Teplosvet."""
    with connect(database_url()) as connection:
        done = quarantine.replay(connection, reason)
    if as_json:
        output.print_json(done)
    else:
        output.people.print(
            f"{done.messages} messages replayed: {done.stored} rows stored, {done.duplicates} were there, "
            f"{done.refused} messages refused again."
        )
