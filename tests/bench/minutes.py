"""How long the minutes of a large session take, and how much memory; beside plain papermill with nbconvert.

python tests/bench/minutes.py [--people 300] [--ideas 500] [--polls 12] [--json]

Everything runs in processes of its own. Peak memory is the sum over the whole process tree, sampled, with shared pages
counted once where the system tells that. CPU is that of the tree too; go by it where others use the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import psutil

from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.event import Channel
from workshop_kit.folder import SessionFolder
from workshop_kit.minutes.writers import BUILT_IN
from workshop_kit.prepare import new_session

OPTIONS = [f"Option {number} that some people are for" for number in range(1, 11)]
RULES = ("dots", "approval", "score", "ranking", "choice")
MEGABYTE = 1024 * 1024

PLAIN = """
import sys
from pathlib import Path
import papermill
from nbconvert.exporters import HTMLExporter
folder, out = Path(sys.argv[1]), Path(sys.argv[2])
out.mkdir()
papermill.execute_notebook(str(folder / "minutes.ipynb"), str(out / "plain.ipynb"), {"session_dir": str(folder)},
                           kernel_name="python3", progress_bar=False, cwd=str(folder))
(out / "plain.html").write_text(HTMLExporter().from_filename(str(out / "plain.ipynb"))[0], "utf-8")
"""
WEBPDF = """
import sys
from pathlib import Path
from nbconvert.exporters import WebPDFExporter
out = Path(sys.argv[2])
(out / "plain.pdf").write_bytes(WebPDFExporter().from_filename(str(out / "plain.ipynb"))[0])
"""
OURS = """
import sys
from pathlib import Path
from workshop_kit.folder import SessionFolder
from workshop_kit.minutes.run import write_minutes
folder, out, lang, formats = sys.argv[1:5]
write_minutes(SessionFolder(Path(folder)), lang, tuple(formats.split(",")), out=Path(out), publish=len(sys.argv) > 5)
"""
CLICK = """
import json, sys, time
from pathlib import Path
from workshop_kit.folder import SessionFolder
from workshop_kit.minutes import warm
from workshop_kit.minutes.run import write_minutes
folder = SessionFolder(Path(sys.argv[1]))
warm.read()
told = {}
for name in ("cold", "warm"):
    if name == "warm":
        warm.ready(folder.path).join()
        time.sleep(float(sys.argv[3]))
    began = time.perf_counter()
    write_minutes(folder, "de", ("html",), out=Path(sys.argv[2]))
    told[name] = round(time.perf_counter() - began, 2)
print(json.dumps(told))
"""


def session(path: Path, people: int, ideas: int, polls: int, openness: str = "names-hidden") -> SessionFolder:
    """Make a session in which simulated people wrote cards and voted in polls of many kinds."""
    chance = random.Random(1)
    path.mkdir(parents=True)
    each = -(-ideas // people)
    agenda = ['name = "measured"', 'title = "Measured"', "[[item]]", 'id = "cards"', 'activity = "ideas"']
    agenda += [f"limit = {max(1, each)}"]
    for number in range(polls):
        agenda += ["[[item]]", f'id = "poll-{number}"', 'activity = "poll"', f'rule = "{RULES[number % len(RULES)]}"']
        agenda += [f'openness = "{openness}"', f"options = {json.dumps(OPTIONS)}"]
    source = path / "measured.toml"
    source.write_text("\n".join(agenda), "utf-8")
    folder = new_session(path / "session", agenda=str(source), lang="de", simulated=True)
    with closing(folder.open()) as live:
        seats = [joined.result().seat for joined in [live.join("de") for _ in range(people)]]
        live.do("open", "cards")
        said = [(seats[n % people], "add", "cards", {"text": f"Card {n}: we met every month"}) for n in range(ideas)]
        _all(live, said)
        for number in range(polls):
            live.do("open", f"poll-{number}")
            rule = RULES[number % len(RULES)]
            _all(live, [(seat, "cast", f"poll-{number}", _ballot(rule, chance)) for seat in seats])
        live.do("close", f"poll-{polls - 1}")
        assert sum(event.name == "poll.ballot_cast" for event in live.store.read(0)) == people * polls
    return folder


def _all(live: Any, said: list[tuple[str, str, str, dict[str, str]]]) -> None:
    sent = [live.submit(Command(name, item, fields), Actor(seat, Channel.PHONE)) for seat, name, item, fields in said]
    for each in sent:
        each.result()


def _ballot(rule: str, chance: random.Random) -> dict[str, str]:
    names = [f"o{number}" for number in range(1, len(OPTIONS) + 1)]
    chosen = chance.sample(names, 3)
    match rule:
        case "choice":
            return {"choice": chosen[0]}
        case "ranking":
            return {f"value.{name}": str(place) for place, name in enumerate(chance.sample(names, len(names)), 1)}
        case "score":
            return {f"value.{name}": str(chance.randint(0, 5)) for name in names}
    return {f"value.{name}": "1" for name in chosen}


def measured(script: str, *arguments: str) -> dict[str, float]:
    """Run a script in a process of its own; returns its seconds, those of CPU, and its peak memory in megabytes."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    peak = [0.0]
    watching = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watching.start()
    out, said = process.communicate(timeout=600)
    wall, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise RuntimeError(said)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": round(wall, 2),
        "cpu_seconds": round(cpu, 2),
        "peak_megabytes": round(peak[0] / MEGABYTE),
        **(json.loads(out) if out.strip() else {}),
    }


def _watch(pid: int, peak: list[float]) -> None:
    """Note the largest sum of what the processes of a tree hold for themselves."""
    try:
        root = psutil.Process(pid)
        while root.is_running():
            total = 0
            for process in (root, *root.children(recursive=True)):
                try:
                    total += getattr(process.memory_full_info(), "pss", 0) or process.memory_info().rss
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue
            peak[0] = max(peak[0], total)
            sleep(0.05)
    except psutil.NoSuchProcess:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, number in (("--people", 300), ("--ideas", 500), ("--polls", 12)):
        parser.add_argument(name, type=int, default=number)
    parser.add_argument("--openness", default="names-hidden", help='"open" prints every ballot with its name')
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rest", type=float, default=5.0, help="seconds for the warm kernel to get ready")
    options = parser.parse_args()
    formats = ",".join(format_.name for format_ in BUILT_IN)
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        began = perf_counter()
        folder = session(base / "made", options.people, options.ideas, options.polls, options.openness)
        told: dict[str, Any] = {"load": round(os.getloadavg()[0], 1), "made": round(perf_counter() - began, 1)}
        place = str(folder.path)
        told["one language"] = measured(OURS, place, str(base / "one"), "de", formats)
        told["html alone"] = measured(OURS, place, str(base / "html"), "de", "html")
        told["plain html"] = measured(PLAIN, place, str(base / "plain"))
        try:
            told["plain webpdf"] = measured(WEBPDF, place, str(base / "plain"))
        except RuntimeError:
            told["plain webpdf"] = "not possible here: nbconvert wants a browser that it downloads itself"
        told["click"] = measured(CLICK, place, str(base / "click"), str(options.rest))
        told["published, both languages"] = measured(OURS, place, str(base / "all"), "de", formats, "publish")
        plain, ours = told["plain html"], told["html alone"]
        told["html, ours to plain"] = {key: round(ours[key] / plain[key], 2) for key in plain}
        told["bytes"] = {path.suffix[1:]: path.stat().st_size for path in sorted((base / "one").glob("minutes*.*"))}
        told["bytes"]["plain html"] = (base / "plain" / "plain.html").stat().st_size
    if options.json:
        print(json.dumps(told))
    else:
        for name, figures in told.items():
            print(f"{name:<28}{figures}")


if __name__ == "__main__":
    main()
