"""Drives Thunderbird through Marionette, on a screen that nobody sees: finds the calendars of an account from the server's
address, as «Add Calendar…» does, shows events of the server's and makes, edits and deletes one itself.

    thunderbird.py ROOT USER PASSWORD CALENDAR FOLDER

ROOT is what a person would type, CALENDAR the address of the account's calendar for events, FOLDER where the profile and the
pictures go. Says on the last line what worked, or what did not and ends with 1.
"""

import base64
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time

import requests

ROOT, USER, PASSWORD, CALENDAR, FOLDER = sys.argv[1:]
FOLDER = pathlib.Path(FOLDER)
PATIENCE = 120
SIZE = "1280x900"

# A new profile has much to ask and to say, and looks things up in the network: none of that here.
SETTINGS = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "calendar.timezone.local": "Europe/Zurich",
    "calendar.timezone.useSystemTimezone": False,
    "calendar.integration.notify": False,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
    "datareporting.healthreport.uploadEnabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mail.winsearch.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    "mailnews.start_page_override.mstone": "ignore",
    # Or Marionette would forbid that passwords are kept.
    "remote.prefs.recommended": False,
    "signon.rememberSignons": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "extensions.update.enabled": False,
    "app.donation.eoy.version": 999,
    "toolkit.telemetry.enabled": False,
}

OBJECT = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//interop.example//app//EN\r
BEGIN:VEVENT\r
UID:rounds@interop.example\r
DTSTAMP:20261101T000000Z\r
DTSTART:20270301T080000Z\r
DTEND:20270301T093000Z\r
RRULE:FREQ=DAILY;COUNT=5\r
EXDATE:20270303T080000Z\r
SUMMARY:Rounds with Ben\r
LOCATION:Ward 3\r
X-SEAT;X-SIDE=left:7\r
END:VEVENT\r
END:VCALENDAR\r
"""

# What every script begins with. `of` is one of the account's calendars, by its address.
BEGIN = """
const {cal} = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const {CalEvent} = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
const done = arguments[arguments.length - 1];
const of = address => cal.manager.getCalendars().find(one => one.uri.spec == address);
const never = cal.createDateTime("20280101T000000Z");
const all = calendar => calendar.getItemsAsArray(calendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
const titled = async (calendar, title) => (await all(calendar)).find(item => item.title == title);
(async () => { %s })().then(it => done({it}), error => done({error: String(error.message || error)}));
"""

# As the dialog does it; the password is kept.
FIND = """
const [root, user, password] = arguments;
let found;
try {
    found = await cal.provider.detection.detect(user, password, root, true, [], {});
} catch (error) {
    if (error instanceof cal.provider.detection.AuthFailedError) { return "refused"; }
    throw error;
}
const calendars = [...found.values()].flat();
for (const calendar of calendars) {
    if (!of(calendar.uri.spec)) { cal.manager.registerCalendar(calendar); }
}
return calendars.map(one => [one.uri.spec, one.type, one.readOnly]);
"""

READ = """
const [address] = arguments;
const calendar = of(address);
calendar.refresh();
return (await all(calendar)).map(item => [item.title, item.getProperty("LOCATION"), 
    item.recurrenceInfo ? item.recurrenceInfo.getOccurrences(item.startDate, never, 0).length : 1]);
"""

MAKE = """
const [address] = arguments;
const event = new CalEvent();
event.title = "Hygiene";
event.startDate = cal.createDateTime("20270304T090000Z");
event.endDate = cal.createDateTime("20270304T100000Z");
return (await of(address).addItem(event)).id;
"""

EDIT = """
const [address] = arguments;
const old = await titled(of(address), "Hygiene");
const changed = old.clone();
changed.title = "Hygiene, moved";
changed.endDate = cal.createDateTime("20270304T110000Z");
return (await of(address).modifyItem(changed, old)).title;
"""

# One occurrence of what the server had, as somebody drags it.
MOVE_ONE = """
const [address] = arguments;
const series = await titled(of(address), "Rounds with Ben");
const [, second] = series.recurrenceInfo.getOccurrences(series.startDate, never, 0);
const changed = series.clone();
const moved = second.clone();
moved.title = "Rounds with Cleo";
changed.recurrenceInfo.modifyException(moved, true);
return (await of(address).modifyItem(changed, series)).title;
"""

DELETE = """
const [address] = arguments;
await of(address).deleteItem(await titled(of(address), "Hygiene, moved"));
return true;
"""

# The calendar's tab at the week of the events, without what stands around it; the titles that are seen.
SHOW = """
const window = Services.wm.getMostRecentWindow("mail:3pane");
const {document} = window;
const pause = milliseconds => new Promise(ready => window.setTimeout(ready, milliseconds));
document.getElementById("tabmail").openTab("calendar");
await pause(1000);
document.getElementById("bottom-events-box").hidden = true;
document.getElementById("today-pane-panel").setVisible(false, true, true);
window.switchToView("week");
window.goToDate(cal.createDateTime("20270302T000000Z"));
await pause(2000);
const seen = [...document.querySelectorAll("calendar-event-box .event-name-label, calendar-event-box .calendar-item-name")];
return seen.map(label => label.textContent);
"""


class Marionette:
    """The remote control of Mozilla's programs: messages in JSON, each with its length before it."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.number = 0
        self.hear()
        self.ask("WebDriver:NewSession", {})
        self.ask("Marionette:SetContext", {"value": "chrome"})
        self.ask("WebDriver:SetTimeouts", {"script": PATIENCE * 1000})

    def hear(self):
        length = b""
        while not length.endswith(b":"):
            length += self.socket.recv(1)
        left, parts = int(length[:-1]), []
        while left:
            parts.append(self.socket.recv(left))
            left -= len(parts[-1])
        return json.loads(b"".join(parts))

    def ask(self, name, told):
        self.number += 1
        message = json.dumps([0, self.number, name, told]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, value = self.hear()
        if error:
            raise SystemExit(f"{name}: {error['message']}")
        return value

    def run(self, script, *arguments):
        told = {"script": BEGIN.replace("%s", script), "args": list(arguments), "newSandbox": True}
        value = self.ask("WebDriver:ExecuteAsyncScript", told)["value"]
        if value is None or "error" in value:
            raise SystemExit(f"Thunderbird: {value}")
        return value["it"]


def until(what, holds):
    """Waits until something is so."""
    begun, last = time.monotonic(), None
    while time.monotonic() - begun < PATIENCE:
        last = holds()
        if last is True:
            return
        time.sleep(0.25)
    raise SystemExit(f"{what}: {last}")


def objects():
    """The texts that the server has, by address."""
    session = requests.Session()
    session.auth = (USER, PASSWORD)
    listed = session.request("PROPFIND", CALENDAR, headers={"Depth": "1"})
    listed.raise_for_status()
    paths = re.findall(r"href>([^<]+\.ics)<", listed.text)
    return {path: session.get(requests.compat.urljoin(CALENDAR, path)).text for path in paths}


def on_server(what, fits):
    """Waits until the server has an object that fits."""
    until(what, lambda: any(fits(text) for text in objects().values()) or list(objects().values()))


def start():
    """The screen, and Thunderbird on it; both end with us."""
    profile = FOLDER / "profile"
    profile.mkdir(parents=True)
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in SETTINGS.items()]
    lines.append('user_pref("marionette.port", 0);')
    (profile / "user.js").write_text("\n".join(lines))
    read, write = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{SIZE}x24", "-nolisten", "tcp"],
        pass_fds=[write], stderr=subprocess.DEVNULL,
    )
    os.close(write)
    display = os.read(read, 16).decode().strip()
    environment = dict(os.environ, DISPLAY=f":{display}", HOME=str(FOLDER), MOZ_ENABLE_WAYLAND="0", GDK_BACKEND="x11")
    log = open(FOLDER / "log", "wb")
    program = subprocess.Popen(
        ["thunderbird", "--profile", str(profile), "--no-remote", "--marionette", "--remote-allow-system-access",
         "--width", "1280", "--height", "900"],
        env=environment, stdout=log, stderr=log, start_new_session=True,
    )
    port = profile / "MarionetteActivePort"
    until("Thunderbird does not start", lambda: port.exists() and port.read_text().strip() != "")
    return screen, program, int(port.read_text())


def picture(thunderbird, name):
    taken = thunderbird.ask("WebDriver:TakeScreenshot", {"full": True, "hash": False})
    (FOLDER / name).write_bytes(base64.b64decode(taken["value"]))


def main():
    put(OBJECT)
    screen, program, port = start()
    try:
        drive(Marionette(port))
    finally:
        os.killpg(program.pid, 15)
        program.wait()
        screen.terminate()
        screen.wait()


def put(text):
    """Somebody else writes the series at the server."""
    there = {"auth": (USER, PASSWORD), "headers": {"Content-Type": "text/calendar; charset=utf-8"}}
    requests.put(CALENDAR + "rounds.ics", text.encode(), **there).raise_for_status()


def drive(thunderbird):
    expect("a wrong password", thunderbird.run(FIND, ROOT, USER, "wrong"), "refused")
    for root in ROOT, ROOT + "caldav/":
        found = thunderbird.run(FIND, root, USER, PASSWORD)
        expect(root, [CALENDAR, "caldav", False] in found or found, True)
    there = lambda: thunderbird.run(READ, CALENDAR)
    until("the server's series", lambda: same(there(), [["Rounds with Ben", "Ward 3", 4]]))
    put(OBJECT.replace("Ward 3", "Ward 4"))
    until("the server's edit", lambda: same(there(), [["Rounds with Ben", "Ward 4", 4]]))
    thunderbird.run(MAKE, CALENDAR)
    on_server("made", lambda text: "SUMMARY:Hygiene\r\n" in text)
    thunderbird.run(EDIT, CALENDAR)
    on_server("edited", lambda text: "SUMMARY:Hygiene\\, moved\r\n" in text)
    thunderbird.run(MOVE_ONE, CALENDAR)
    parts = ["SUMMARY:Rounds with Cleo", "RECURRENCE-ID:20270302T080000Z", "X-SEAT;X-SIDE=left:7", "RRULE:"]
    on_server("one occurrence", lambda text: all(part in text for part in parts))
    seen = thunderbird.run(SHOW)
    picture(thunderbird, "week.png")
    for title in "Rounds with Ben", "Rounds with Cleo", "Hygiene, moved":
        expect(f"{title} in the week", title in seen or seen, True)
    thunderbird.run(DELETE, CALENDAR)
    until("deleted", lambda: len(objects()) == 1 or objects())
    print("found from the address, shown; made, edited and deleted at both sides, one occurrence of a series too")


def same(found, expected):
    return found == expected or found


def expect(what, found, expected):
    if found != expected:
        raise SystemExit(f"{what}: {found}")


if __name__ == "__main__":
    main()
