"""The room check in networks of its own: Linux gives a process its own interfaces, and a second one is the phone."""

from __future__ import annotations

import json
import os
import sys

import pytest
from tests.networks import no_network, run_inside

PHONE_OPENS = """
import re, subprocess, sys, threading
doctor = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
look = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())"
for line in doctor.stderr:
    if found := re.search(r"http://\\S+/check", line):
        there = ["nsenter", f"--net=/proc/{sys.argv[1]}/ns/net"]
        subprocess.run([*there, sys.executable, "-c", look, found[0]], check=True, stdout=subprocess.DEVNULL)
        break
threading.Thread(target=doctor.stderr.read, daemon=True).start()
print(doctor.stdout.read())
"""
"""Starts the check, and opens the page that it shows from the network of another process, which is the phone."""

ROOM = "ip link add room type veth peer name phone && ip addr add 192.168.77.1/24 dev room && ip link set room up"


@pytest.fixture
def inside():
    """Run the check after some commands in a network of its own; returns what it says, by check."""
    if reason := no_network():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)

    def inside(commands, *arguments, around=""):
        check = f'"{sys.executable}" -m workshop_kit doctor --json --lang en --internet {" ".join(arguments)}'
        ran = run_inside(f"{commands}; {around} {check}", 60)
        assert ran.returncode in {0, 1}, ran.stderr
        assert ran.stdout.startswith("{"), ran.stderr
        return {each["check"]: each for each in json.loads(ran.stdout)["checks"]}

    return inside


def test_only_the_loopback_is_a_fault_with_a_hotspot_as_remedy(inside):
    told = inside("true", "--phone", "--wait", "30")
    assert told["address"]["level"] == "fault"
    assert "in no network" in told["address"]["message"]
    assert "hotspot" in told["address"]["next"]
    assert told["phone"]["level"] == "fault"
    assert "Without a network" in told["phone"]["message"]


def test_a_room_without_internet_is_fine_and_phones_are_told_its_address(inside):
    told = inside(ROOM + " && ip link set phone up")
    assert told["address"] == {
        "check": "address",
        "level": "ok",
        "message": "Phones will find this computer at 192.168.77.1.",
        "next": "",
    }
    assert told["server"]["level"] == "ok"
    assert told["internet"]["level"] == "ok"
    assert "that is fine" in told["internet"]["message"]


def test_a_vpn_that_would_be_announced_is_a_fault_that_names_the_rooms_address(inside):
    vpn = "ip link add wg0 type veth peer name far && ip addr add 10.8.0.2/24 dev wg0 && ip link set wg0 up"
    told = inside(f"{ROOM} && ip link set phone up && {vpn} && ip link set far up && ip route add default dev wg0")
    assert told["address"]["level"] == "fault"
    assert "--host 192.168.77.1" in told["address"]["next"]
    assert "that is fine" in told["internet"]["message"], "no name server answers, which takes longer than the check"


def test_two_networks_are_named_with_the_one_that_is_announced(inside):
    cable = "ip link add cable type veth peer name far && ip addr add 10.20.0.7/24 dev cable && ip link set cable up"
    told = inside(f"{ROOM} && ip link set phone up && {cable} && ip link set far up && ip route add default dev cable")
    assert told["address"]["level"] == "attention"
    assert "Phones are shown 10.20.0.7" in told["address"]["message"]
    assert "--host 192.168.77.1" in told["address"]["next"]


def test_a_port_that_is_taken_is_named_with_the_next(inside):
    taken = f'"{sys.executable}" -m http.server 8480 >/dev/null 2>&1 & sleep 1'
    told = inside(f"{ROOM} && ip link set phone up && {{ {taken}; }}", around="trap 'kill $!' EXIT;")
    assert told["port"]["level"] == "attention"
    assert "8480 is taken" in told["port"]["message"]
    assert told["server"]["level"] == "ok"


def test_an_address_whose_packets_are_dropped_is_a_fault_with_the_firewalls_step(inside):
    dropped = "ip rule add pref 0 blackhole to 192.168.77.1 iif lo dport 8480"
    moved = "ip rule del pref 0 && ip rule add pref 1 lookup local"
    told = inside(f"{ROOM} && ip link set phone up && {moved} && {dropped}")
    assert told["server"]["level"] == "fault"
    assert "ufw allow 8480/tcp" in told["server"]["next"]


def test_a_device_that_opens_the_page_is_told_by_its_address(inside, tmp_path):
    script = tmp_path / "phone.py"
    script.write_text(PHONE_OPENS, "utf-8")
    apart = (
        "unshare --net sleep 60 & other=$!; trap 'kill $other' EXIT; sleep 0.5; "
        "ip link set phone netns $other; "
        'join="nsenter --net=/proc/$other/ns/net"; '
        "$join ip addr add 192.168.77.2/24 dev phone; $join ip link set phone up; $join ip link set lo up; sleep 0.5"
    )
    told = inside(f"{ROOM}; {apart}", "--phone", "--wait", "30", around=f'"{sys.executable}" "{script}" $other')
    assert told["phone"]["level"] == "ok"
    assert "Seen from 192.168.77.2" in told["phone"]["message"]


def test_nobody_who_comes_is_a_fault_that_names_isolation(inside):
    told = inside(ROOM + " && ip link set phone up", "--phone", "--wait", "1")
    assert told["phone"]["level"] == "fault"
    assert "isolation" in told["phone"]["next"]
