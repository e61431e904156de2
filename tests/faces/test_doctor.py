"""The room check: every fault is simulated, and named with its next step in German and English."""

from __future__ import annotations

import json
import re
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath, PureWindowsPath
from time import monotonic, sleep
from types import SimpleNamespace
from urllib.request import Request, urlopen

import psutil
import pytest
from tests.faces.speaking import speak_english

from workshop_kit.core.errors import WorkshopError
from workshop_kit.faces import addresses, cli
from workshop_kit.faces.addresses import Network
from workshop_kit.faces.doctor import computer, machine, network, page, room, session
from workshop_kit.faces.doctor.finding import CHECKS, Finding, Level, ok, said
from workshop_kit.faces.doctor.network import Internet
from workshop_kit.folder import SessionFolder
from workshop_kit.library import voice
from workshop_kit.prepare import new_session

ROOT = Path(__file__).parents[2]
WIFI, CABLE = Network("wlan0", "192.168.178.42"), Network("eth0", "10.20.0.7")
VPN, ALONE = Network("wg0", "10.8.0.2"), Network("wlan0", "169.254.7.7")
EVERY = "0.0.0.0"
NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
HOME = Path("/home/ada/session")


def place(path=HOME, *, free=50 * 10**9, problem="", filesystem="ext4"):
    return computer.folder(path, free=free, problem=problem, filesystem=filesystem)


FAULTS = {
    "no network": (network.address(EVERY, "127.0.0.1", ()), "no network", "keinem Netz", "hotspot", "Hotspot"),
    "VPN, Wi-Fi": (
        *(network.address(EVERY, VPN.address, (VPN, WIFI)), "VPN (wg0)", "VPNs (wg0)"),
        *("--host 192.168.178.42", "--host 192.168.178.42"),
    ),
    "VPN alone": (network.address(EVERY, VPN.address, (VPN,)), "VPN (wg0)", "VPNs (wg0)", "Wi-Fi", "WLAN"),
    "no DHCP": (network.address(EVERY, ALONE.address, (ALONE,)), "169.254.7.7", "169.254.7.7", "off and on", "aus und"),
    "no port": (network.no_port(WorkshopError("x"))[1], "cannot start", "nicht starten", "Port", "Port"),
    **{
        f"firewall, {system}": (
            network.server("http://192.168.178.42:8480", 8480, system, answered=False),
            *("does not answer", "antwortet aber nicht", english, german),
        )
        for system, english, german in (
            ("Windows", "Windows Security", "Windows-Sicherheit"),
            ("Darwin", "System Settings", "Systemeinstellungen"),
            ("Linux", "ufw allow 8480/tcp", "ufw allow 8480/tcp"),
            ("FreeBSD", "ufw allow 8480/tcp", "ufw allow 8480/tcp"),
        )
    },
    "no phone": (page.judged("", 120, 8480, "Windows"), "120 seconds", "120 Sekunden", "isolation", "Isolation"),
    "not writable": (place(problem="Permission denied"), "Permission denied", "geschrieben", "home folder", "Benutzer"),
    "disk full": (place(free=10**8), "disk is full: 100 MB", "voll", "at least 2 GB", "mindestens 2 GB"),
    "clock behind": (
        computer.clock(datetime(2020, 1, 1, tzinfo=UTC), date(2026, 11, 24), "CET"),
        *("2020-01-01", "2020-01-01", "settings", "Einstellungen"),
    ),
}
ATTENTIONS = {
    "only this machine": (network.address("127.0.0.1", "127.0.0.1", (WIFI,)), "only this", "nur dieser", "out", "weg"),
    "several networks": (
        network.address(EVERY, WIFI.address, (WIFI, CABLE)),
        *("10.20.0.7 (eth0). Phones are shown 192.168.178.42", "Die Leinwand zeigt 192.168.178.42"),
        *("--host 10.20.0.7", "--host 10.20.0.7"),
    ),
    "port taken": (network.port(8480, 8481, ours=False), "another program", "anderen Programm", "printed", "gedruckt"),
    "session open": (network.port(8480, 8481, ours=True), "is open on port 8480", "schon eine", "Ctrl+C", "Strg+C"),
    "login page": (network.internet(Internet.LOGIN_PAGE), "login page", "Anmeldeseite", "Every phone", "Jedes Telefon"),
    "iPhone": (network.capacity("172.20.10.3"), "iPhone. It carries about 8 to 10", "iPhones", "router", "Router"),
    "Windows hotspot": (network.capacity("192.168.137.1"), "Windows", "Windows-Rechners", "router", "Router"),
    "OneDrive": (
        place(Path("/home/ada/OneDrive - Verein/s")),
        "OneDrive - Verein",
        "OneDrive",
        "own disk",
        "Festplatte",
    ),
    "network drive": (
        place(filesystem="nfs4"),
        "network drive (nfs4)",
        "Netzlaufwerk (nfs4)",
        "own disk",
        "Festplatte",
    ),
    "little space": (place(free=10**9), "Only 1.0 GB", "nur 1,0 GB", "make room", "Schaff Platz"),
    "no zone": (
        computer.clock(NOON, date(2026, 11, 24), ""),
        "time zone",
        "Zeitzone nicht",
        "settings",
        "Einstellungen",
    ),
    "no browser": (computer.browser(""), "No browser", "kein Browser", "Firefox", "Firefox"),
    "no JupyterLab": (computer.jupyter(""), "not there", "fehlt", "--no-lab", "--no-lab"),
    "no fonts": (computer.pdf("typst"), "missing: typst", "fehlt: typst", "README", "README"),
    "one screen, Windows": (
        computer.screen(1, "Windows"),
        "own screen",
        "nur der Bildschirm",
        "Windows+P",
        "Windows+P",
    ),
    "one screen, Mac": (computer.screen(1, "Darwin"), "own screen", "nur der Bildschirm", "Displays", "Displays"),
    "no screen told": (computer.screen(None, "Linux"), "cannot be told", "nicht feststellen", "projector", "Beamer"),
    "little memory": (computer.memory(5 * 10**8, 4), "Only 0.5 GB", "Nur 0,5 GB", "Close", "Schließ"),
    "one core": (computer.memory(8 * 10**9, 1), "one core", "einen Kern", "other programs", "anderen Programme"),
    "battery": (computer.power(41), "battery: 41 %", "Akku: 41 %", "Plug it in", "Netzteil"),
}
FINE = {
    "one network": network.address(EVERY, WIFI.address, (WIFI,)),
    "VPN aside": network.address(EVERY, WIFI.address, (VPN, WIFI)),
    "chosen": network.address(CABLE.address, CABLE.address, (WIFI, CABLE)),
    "port": network.port(8480, 8480, ours=False),
    "any port": network.port(0, 51234, ours=False),
    "server": network.server("http://192.168.178.42:8480", 8480, "Linux", answered=True),
    "not asked": network.internet(Internet.NOT_ASKED),
    "no internet": network.internet(Internet.NONE),
    "internet": network.internet(Internet.THERE),
    "capacity": network.capacity("192.168.178.42"),
    "IPv6": network.capacity("fd00::2"),
    "a name": network.capacity("laptop.local"),
    "seen": page.judged("192.168.178.51", 120, 8480, "Linux"),
    "folder": place(),
    "clock": computer.clock(NOON, date(2026, 11, 24), "CET"),
    "browser": computer.browser("firefox"),
    "JupyterLab": computer.jupyter("4.4.0"),
    "fonts": computer.pdf(""),
    "two screens": computer.screen(2, "Linux"),
    "memory": computer.memory(8 * 10**9, 4),
    "mains": computer.power(None),
    "full battery": computer.power(97),
}


@pytest.mark.parametrize(
    ("level", "case"),
    [(Level.FAULT, case) for case in FAULTS.values()] + [(Level.ATTENTION, case) for case in ATTENTIONS.values()],
    ids=[*FAULTS, *ATTENTIONS],
)
def test_what_is_wrong_is_named_with_the_next_step_in_both_languages(level, case):
    finding, english, german, step_english, step_german = case
    assert finding.level is level
    for lang, what, step in (("en", english, step_english), ("de", german, step_german)):
        told = finding.plain(voice(lang))
        assert what in told["message"]
        assert step in told["next"]
        assert "{" not in told["message"] + told["next"]


@pytest.mark.parametrize("finding", FINE.values(), ids=list(FINE))
def test_what_is_well_is_said_in_both_languages(finding):
    english, german = (finding.plain(voice(lang)) for lang in ("en", "de"))
    assert finding.level is Level.OK
    assert english["message"] != german["message"]
    assert not re.search(r"[{}]", english["message"] + german["message"])


@pytest.mark.parametrize(
    ("path", "part"),
    [
        (PureWindowsPath(r"C:\Users\ada\OneDrive\Sessions"), "OneDrive"),
        (PureWindowsPath(r"C:\Users\ada\Dropbox (Privat)\s"), "Dropbox (Privat)"),
        (PurePosixPath("/Users/ada/Library/Mobile Documents/com~apple~CloudDocs/s"), "Mobile Documents"),
        (PurePosixPath("/Users/ada/Library/CloudStorage/GoogleDrive-ada/s"), "CloudStorage"),
        (PurePosixPath("/home/ada/Nextcloud/s"), "Nextcloud"),
        (PurePosixPath("/home/ada/sessions"), ""),
    ],
)
def test_folders_that_a_program_synchronises_are_known(path, part):
    assert computer.synced(path) == part


@pytest.mark.parametrize(
    ("name", "tunnel"),
    [("tun0", True), ("utun4", True), ("Cisco AnyConnect VPN", True), ("WLAN", False), ("en0", False), ("eth0", False)],
)
def test_tunnels_are_told_by_the_names_of_interfaces(name, tunnel):
    assert Network(name, "10.0.0.1").tunnel is tunnel


@pytest.mark.parametrize(
    ("found", "told"),
    [((), "127.0.0.1"), ((VPN, ALONE, WIFI), WIFI.address), ((VPN, ALONE), ALONE.address), ((VPN,), VPN.address)],
)
def test_where_no_way_leads_outside_phones_are_told_the_address_in_the_room(monkeypatch, found, told):
    class Unconnected:
        def __init__(self, *_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def connect(self, _address):
            raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(addresses.socket, "socket", Unconnected)
    monkeypatch.setattr(addresses, "networks", lambda: found)
    assert addresses.lan_address() == told


def test_networks_that_are_down_or_inside_the_machine_are_left_out(monkeypatch):
    def entry(address, family=socket.AF_INET):
        return SimpleNamespace(family=family, address=address)

    found = {
        "lo": [entry("127.0.0.1")],
        "wlan0": [entry("192.168.178.42"), entry("fe80::1", socket.AF_INET6)],
        "docker0": [entry("172.17.0.1")],
        "vEthernet (WSL)": [entry("172.30.0.1")],
        "eth0": [entry("10.20.0.7")],
    }
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: found)
    monkeypatch.setattr(psutil, "net_if_stats", lambda: {n: SimpleNamespace(isup=n != "eth0") for n in found})
    assert addresses.networks() == (WIFI,)


def test_the_figures_of_the_kit_are_those_of_the_handbook():
    load = (ROOT / "docs" / "handbook" / "load.md").read_text("utf-8")
    assert f"{network.MEASURED_PHONES} simulierte" in load
    assert f"{network.MEASURED_PHONES} simulated" in load
    assert f"{network.MEASURED_CORES} cores" in load


# ── the machine itself ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_full_check_of_this_machine_ends_in_time_and_tells_every_check(tmp_path):
    began = monotonic()
    found = room.examine(machine.Machine(), room.Plan(EVERY, 0))
    assert monotonic() - began < 5
    assert [finding.check for finding in found] == [
        check for check in CHECKS if check not in {"phone", "log", "agenda", "notebooks"}
    ]
    assert not [finding for finding in found if "could not be checked" in finding.what.told(voice("en"))]


class Fake(machine.Machine):
    """A healthy machine on Linux in one network; answers that a test gives stand in for its own."""

    def __init__(self, **answers):
        self.system = "Linux"
        healthy = {
            "told": "127.0.0.1", "networks": (Network("lo", "127.0.0.1"),), "screens": 2, "browser": "firefox",
            "battery": None, "memory": 8 * 10**9, "cores": 4,
            "zone": "CET", "now": NOON, "free": 50 * 10**9, "filesystem": "ext4",
        }  # fmt: skip
        for name, answer in (healthy | answers).items():
            setattr(self, name, answer if callable(answer) else lambda *_, answer=answer: answer)


def by_check(found):
    return {finding.check: finding for finding in found}


def test_nothing_outside_is_asked_unless_told_to():
    asked = []
    fake = Fake(internet=lambda: asked.append(1) or Internet.NONE)
    room.examine(fake, room.Plan(EVERY, 0))
    assert not asked
    found = by_check(room.examine(fake, room.Plan(EVERY, 0, internet=True)))
    assert asked
    assert found["internet"].level is Level.OK
    assert "that is fine" in found["internet"].what.told(voice("en"))


def test_a_check_that_hangs_or_breaks_holds_up_no_other():
    fake = Fake(screens=lambda: sleep(30), browser=lambda: 1 / 0)
    began = monotonic()
    found = by_check(room.examine(fake, room.Plan(EVERY, 0), limit=1.0))
    assert monotonic() - began < 2
    assert found["screen"].what.told(voice("de")) == "Das ließ sich in 1,0 Sekunden nicht prüfen."
    assert "division by zero" in found["browser"].what.told(voice("en"))
    assert found["clock"].level is found["server"].level is Level.OK


def test_a_port_that_is_taken_leads_to_the_next():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted = taken.getsockname()[1]
        found = by_check(room.examine(Fake(ours=False), room.Plan("127.0.0.1", wanted)))
        assert found["port"].level is Level.ATTENTION
        assert f"Port {wanted} is taken" in found["port"].what.told(voice("en"))
        assert found["server"].level is Level.OK


def test_a_host_that_is_not_this_machine_is_a_fault_that_names_the_option():
    found = by_check(room.examine(Fake(), room.Plan("198.51.100.9", 8480)))
    assert found["port"].level is found["server"].level is Level.FAULT
    assert "--host" in found["port"].what.told(voice("de"))


def test_a_port_that_does_not_answer_is_given_up_in_time(monkeypatch):
    monkeypatch.setattr(machine, "PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = monotonic()
        assert not machine.Machine().answered("127.0.0.1", silent.getsockname()[1])
        assert monotonic() - began < 2
    assert by_check(room.examine(Fake(answered=False), room.Plan(EVERY, 0)))["server"].level is Level.FAULT


@contextmanager
def site(status, body, **headers):
    """Run a site that gives the same answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/success.txt"
        finally:
            server.shutdown()


def test_a_login_page_is_told_from_the_internet_and_from_none():
    asked = machine.Machine().internet
    with site(200, b"success\n") as url:
        assert asked(url) is Internet.THERE
    assert asked(url) is Internet.NONE
    with site(302, b"", Location="http://login.hotel.example/") as url:
        assert asked(url) is Internet.LOGIN_PAGE
    with site(200, b"<html>Welcome, please log in") as url:
        assert asked(url) is Internet.LOGIN_PAGE


def test_the_disk_is_asked_even_before_the_folder_is_made(tmp_path):
    asked = machine.Machine()
    assert asked.free(tmp_path / "not" / "yet") > 0
    assert asked.write_problem(tmp_path / "not" / "yet") == ""
    assert list(tmp_path.iterdir()) == []


def test_a_share_is_found_by_the_longest_mount_above_the_folder(monkeypatch, tmp_path):
    def part(mountpoint, fstype, opts="rw"):
        return SimpleNamespace(mountpoint=str(mountpoint), fstype=fstype, opts=opts)

    mounts = [part(tmp_path, "nfs4"), part("/", "ext4"), part(tmp_path / "other", "tmpfs")]
    monkeypatch.setattr(machine.psutil, "disk_partitions", lambda **_: mounts)
    assert machine.Machine().filesystem(tmp_path / "session") == "nfs4"
    monkeypatch.setattr(machine.psutil, "disk_partitions", lambda **_: [part("/", "NTFS", "rw,remote")])
    assert machine.Machine().filesystem(tmp_path) == "cifs"


@pytest.mark.parametrize(
    ("battery", "percent"),
    [(None, None), ((41.0, 3600, False), 41.0), ((41.0, -2, True), None), ((41.0, -1, None), None)],
)
def test_a_battery_counts_only_where_the_machine_runs_on_it(monkeypatch, battery, percent):
    seen = battery and SimpleNamespace(percent=battery[0], secsleft=battery[1], power_plugged=battery[2])
    monkeypatch.setattr(machine.psutil, "sensors_battery", lambda: seen, raising=False)
    assert machine.Machine().battery() == percent


def test_screens_are_counted_by_what_is_connected(monkeypatch, tmp_path):
    asked = machine.Machine()
    asked.system = "Linux"
    monkeypatch.setattr(machine, "CONNECTORS", tmp_path)
    assert asked.screens() is None
    for name, state in (("card0-eDP-1", "connected"), ("card0-HDMI-A-1", "connected"), ("card0-DP-1", "disconnected")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "status").write_text(f"{state}\n")
    assert asked.screens() == 2


@pytest.mark.parametrize("system", ["Windows", "Darwin", "Plan 9"])
def test_screens_that_cannot_be_counted_end_nothing(system):
    asked = machine.Machine()
    asked.system = system
    if asked.system != machine.platform.system():
        assert asked.screens() is None


@pytest.mark.parametrize(("name", "found"), [("firefox", "firefox"), ("/usr/bin/w3m", ""), (None, "")])
def test_a_browser_of_the_terminal_does_not_count(monkeypatch, name, found):
    def get():
        if name is None:
            raise machine.webbrowser.Error
        return SimpleNamespace(name=name)

    monkeypatch.setattr(machine.webbrowser, "get", get)
    assert machine.Machine().browser() == found


# ── the phone ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("lang", "told"), [("de-DE", "Es klappt."), ("en", "It works.")])
def test_the_page_speaks_the_phones_language_and_this_machine_does_not_count(lang, told):
    itself = []
    visitors = page.Visitors({"192.168.178.42"}, lambda: itself.append(1))
    listening = socket.create_server(("127.0.0.1", 0))
    with page.shown(listening, visitors.note):
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with urlopen(Request(base + page.PATH, headers={"Accept-Language": lang})) as answer:
            html = answer.read().decode()
    assert told in html
    assert f'<html lang="{lang[:2]}">' in html
    assert itself
    assert visitors.wait(0) == ""


def test_the_first_other_device_is_told():
    visitors = page.Visitors({"192.168.178.42"}, lambda: None)
    visitors.note("192.168.178.42")
    visitors.note("::ffff:192.168.178.51")
    visitors.note("192.168.178.52")
    assert visitors.wait(1) == "192.168.178.51"


def test_without_a_network_no_phone_is_waited_for():
    shown = []
    finding = room.phone(Fake(), room.Plan(EVERY, 0), 60, shown.append, voice("de"))
    assert finding.level is Level.FAULT
    assert not shown


# ── the session ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path):
    return new_session(tmp_path / "evening", lang="en")


def test_a_session_that_is_whole_is_said_to_be(folder):
    found = (session.log(folder), session.agenda(folder), session.notebooks(folder))
    assert [finding.level for finding in found] == [Level.OK] * 3
    assert "7 steps, 45 minutes" in found[1].what.told(voice("en"))


def test_what_is_wrong_with_a_session_is_named_in_both_languages(folder, tmp_path):
    (folder.path / "minutes.ipynb").unlink()
    folder.agenda.write_text(
        folder.agenda.read_text("utf-8").replace('activity = "poll"', 'activity = "pol"', 1), "utf-8"
    )
    folder.log.write_bytes(b"no log at all" * 100)
    for finding, english, german in (
        (session.log(folder), "session.db", "session.db"),
        (session.agenda(folder), "Mend the line", "Bring die Zeile"),
        (session.notebooks(folder), "minutes.ipynb", "minutes.ipynb"),
        (session.log(SessionFolder(tmp_path)), "no session at", "keine Session"),
    ):
        assert finding.level is Level.FAULT
        assert english in " ".join(finding.plain(voice("en")).values())
        assert german in " ".join(finding.plain(voice("de")).values())
    folder.agenda.unlink()
    assert session.agenda(folder).level is Level.ATTENTION


# ── the command ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command in this process as an English terminal would, on a machine that a test makes."""
    speak_english(monkeypatch)
    monkeypatch.setattr(room.examine, "__defaults__", (60.0,))  # a busy machine is no fault of what is tested

    def run(*arguments, **answers):
        monkeypatch.setattr(machine, "Machine", lambda: Fake(**answers))
        code = 0
        try:
            cli.main(["doctor", "--port", "0", *map(str, arguments)])
        except SystemExit as ended:
            code = ended.code
        return code, *capsys.readouterr()

    return run


def test_all_is_well(run, folder):
    code, out, err = run(folder.path)
    assert (code, err) == (0, "")
    assert out.endswith("All is well. The doors can open.\n")
    assert {line.split()[0] for line in out.splitlines() if line[:1].strip()} == {"ok", "All"}
    assert max(len(line) for line in out.splitlines() if str(folder.path) not in line) <= 80


def test_attention_opens_the_doors_and_a_fault_does_not(run):
    code, out, _err = run(battery=20.0)
    assert code == 0
    assert "\nattention  Power" in out
    assert out.endswith("The doors can open. Look at 1 point before.\n")
    code, out, _err = run("--lang", "de", networks=())
    assert code == 1
    assert out.startswith("Fehler   Adresse")
    assert out.endswith("1 Fehler: Behebe ihn, bevor die Türen aufgehen.\n")


def test_of_a_session_that_is_not_there_only_that_is_said(run, tmp_path):
    code, out, _err = run(tmp_path / "nowhere", "--json")
    told = {each["check"]: each for each in json.loads(out)["checks"]}
    assert code == 1
    assert "workshop new" in told["log"]["message"]
    assert not {"agenda", "notebooks"} & set(told)


def test_json_is_one_line_for_machines(run):
    code, out, _err = run("--json", "--lang", "de", networks=())
    assert code == 1
    assert out.count("\n") == 1
    told = json.loads(out)
    assert told["faults"] == 1
    assert told["checks"][0]["check"] == "address"
    assert told["checks"][0]["level"] == "fault"
    assert all(each.keys() == {"check", "level", "message", "next"} for each in told["checks"])


def test_long_steps_are_wrapped_under_their_text():
    finding = Finding("address", Level.FAULT, said("x"), said("word " * 40))
    shown = list(room.lines([finding, ok("port", said("y"))], voice("en")))
    assert max(map(len, shown)) <= 80
    assert shown[0] == "fault      Address  x"
    assert shown[1].startswith(" " * 20 + "→ word")
    assert shown[2].startswith(" " * 22 + "word")
