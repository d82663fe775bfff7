"""The caldav library against a hub, which it finds from the host's name. Usage: device.py ROOT USER PASSWORD."""

import sys

import caldav

root, user, password = sys.argv[1:]
client = caldav.DAVClient(url=root, username=user, password=password)
[practice] = [c for c in client.principal().calendars() if c.get_display_name() == "Practice"]
text = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//kalends//test//EN
BEGIN:VEVENT
UID:device-1
DTSTAMP:20261101T000000Z
DTSTART:20261201T090000Z
DTEND:20261201T100000Z
SUMMARY:Check-up
END:VEVENT
END:VCALENDAR
"""
made = practice.save_event(text)
[found] = practice.events()
assert "SUMMARY:Check-up" in found.data, found.data
found.data = found.data.replace("Check-up", "Recall")
found.save()
assert "SUMMARY:Recall" in practice.event_by_uid("device-1").data
found.delete()
assert practice.events() == []
print("done")
