"""msgraph-sdk against the stand-in for Microsoft 365. Usage: graph_sdk.py SANDBOX.JSON"""

import asyncio
import base64
import datetime
import hmac
import json
import sys
import uuid

import httpx
import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.models.attendee import Attendee
from msgraph.generated.models.attendee_type import AttendeeType
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.calendar import Calendar
from msgraph.generated.models.calendar_color import CalendarColor
from msgraph.generated.models.calendar_group import CalendarGroup
from msgraph.generated.models.calendar_permission import CalendarPermission
from msgraph.generated.models.calendar_role_type import CalendarRoleType
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.day_of_week import DayOfWeek
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_type import EventType
from msgraph.generated.models.file_attachment import FileAttachment
from msgraph.generated.models.free_busy_status import FreeBusyStatus
from msgraph.generated.models.importance import Importance
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.location import Location
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.open_type_extension import OpenTypeExtension
from msgraph.generated.models.patterned_recurrence import PatternedRecurrence
from msgraph.generated.models.recipient import Recipient
from msgraph.generated.models.recurrence_pattern import RecurrencePattern
from msgraph.generated.models.recurrence_pattern_type import RecurrencePatternType
from msgraph.generated.models.recurrence_range import RecurrenceRange
from msgraph.generated.models.recurrence_range_type import RecurrenceRangeType
from msgraph.generated.models.response_type import ResponseType
from msgraph.generated.models.sensitivity import Sensitivity
from msgraph.generated.models.subscription import Subscription
from msgraph.generated.models.week_index import WeekIndex
from msgraph.generated.users.item.calendar.get_schedule.get_schedule_post_request_body import (
    GetSchedulePostRequestBody,
)
from msgraph.generated.users.item.events.item.accept.accept_post_request_body import AcceptPostRequestBody
from msgraph.generated.users.item.events.item.cancel.cancel_post_request_body import CancelPostRequestBody
from msgraph.generated.users.item.events.item.forward.forward_post_request_body import ForwardPostRequestBody
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

from graph_support import asking, check, refused, root_of, service_of
from support import Receiver, control, described

sandbox = described(sys.argv[1])
graph = sandbox["microsoft"]
ada, ben = graph["users"]
root = root_of(sandbox)
FROM, TO = "2027-01-01T00:00:00Z", "2027-12-31T00:00:00Z"
PROPERTY = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color"

client = service_of(sandbox, ada["token"])
me = client.me


def at(text, zone="Europe/Berlin"):
    return DateTimeTimeZone(date_time=text, time_zone=zone)


def event(subject, day="2027-02-02", **more):
    return Event(subject=subject, start=at(f"{day}T09:00:00"), end=at(f"{day}T10:00:00"), **more)


def status_and_code(error):
    return error.response_status_code, error.error and error.error.code


async def raw(method, path, body=None, token=ada["token"], **headers):
    """What the SDK cannot say, or hides."""
    async with httpx.AsyncClient() as http:
        headers = {"Authorization": f"Bearer {token}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return await http.request(method, f"{root}/{path}", json=body, headers=headers)


async def pages(builder, config):
    page, all = await builder.get(config), []
    while page:
        all += page.value
        if not page.odata_next_link:
            return all, page
        page = await builder.with_url(page.odata_next_link).get()


async def singles():
    made = await me.events.post(
        event(
            "Zähne 🦷", body=ItemBody(content_type=BodyType.Html, content="<p>Bring the <b>card</b></p>"), transaction_id="t-1",
            location=Location(display_name="Room 2"), importance=Importance.High, sensitivity=Sensitivity.Private,
            show_as=FreeBusyStatus.Tentative, categories=["Red category"], reminder_minutes_before_start=30, is_reminder_on=True,
        )
    )
    check.fields(
        "post", vars(made), subject="Zähne 🦷", type=EventType.SingleInstance, importance=Importance.High, sensitivity=Sensitivity.Private,
        show_as=FreeBusyStatus.Tentative, categories=["Red category"], reminder_minutes_before_start=30, is_reminder_on=True,
        is_all_day=False, is_cancelled=False, is_organizer=True, series_master_id=None, has_attachments=False, transaction_id="t-1",
        allow_new_time_proposals=True, response_requested=True, is_draft=False, hide_attendees=False, is_online_meeting=False,
        original_start_time_zone="W. Europe Standard Time", original_end_time_zone="W. Europe Standard Time",
    )
    raw_one = (await raw("GET", f"me/events/{made.id}")).json()
    check.same("times", raw_one["start"], {"dateTime": "2027-02-02T08:00:00.0000000", "timeZone": "UTC"})
    for name in ["@odata.context", "@odata.etag", "changeKey", "iCalUId", "webLink", "bodyPreview", "createdDateTime", "lastModifiedDateTime", "organizer", "locations", "responseStatus", "onlineMeetingProvider", "attendees", "recurrence", "onlineMeeting"]:
        check(f"there is {name}", name in raw_one, list(raw_one))
    check.same("etag and changeKey", raw_one["@odata.etag"], f'W/"{raw_one["changeKey"]}"')
    check("context", raw_one["@odata.context"].endswith("/$entity"), raw_one["@odata.context"])
    check.same("preview", raw_one["bodyPreview"], "Bring the card")
    check("body", raw_one["body"]["contentType"] == "html" and "<b>card</b>" in raw_one["body"]["content"], raw_one["body"])
    check.same("place", raw_one["location"].get("displayName"), "Room 2")
    check.same("places", [p["displayName"] for p in raw_one["locations"]], ["Room 2"])
    check.same("organizer", raw_one["organizer"]["emailAddress"]["address"], ada["email"])
    check.same("own answer", raw_one["responseStatus"]["response"], "organizer")
    again = await me.events.post(event("Twice", transaction_id="t-1"))
    check.same("one transactionId, one event", again.id, made.id)

    one = me.events.by_event_id(made.id)
    changed = await one.patch(Event(subject="Neu", location=Location(display_name="")))
    check.fields("patch", vars(changed), subject="Neu", importance=Importance.High, id=made.id, i_cal_u_id=made.i_cal_u_id)
    check("changeKey moves", changed.change_key != made.change_key, changed.change_key)
    stale = asking(headers={"If-Match": made.additional_data["@odata.etag"]})
    await refused("stale patch", one.patch(Event(subject="late"), stale), 412, "ErrorIrresolvableConflict")
    await refused("stale delete", one.delete(asking(headers={"If-Match": made.additional_data["@odata.etag"]})), 412, "ErrorIrresolvableConflict")
    fresh = await one.patch(Event(subject="in time"), asking(headers={"If-Match": changed.additional_data["@odata.etag"]}))
    check.same("fresh patch", fresh.subject, "in time")

    zoned = await one.get(asking(['outlook.timezone="Pacific Standard Time"', 'outlook.body-content-type="text"', 'IdType="ImmutableId"']))
    check.same("in a Windows zone", (zoned.start.date_time, zoned.start.time_zone), ("2027-02-02T00:00:00.0000000", "Pacific Standard Time"))
    check.same("plain body", (zoned.body.content_type, zoned.body.content.strip()), (BodyType.Text, "Bring the card"))
    iana = await one.get(asking('outlook.timezone="Asia/Tokyo"'))
    check.same("in an IANA zone", (iana.start.date_time, iana.start.time_zone), ("2027-02-02T17:00:00.0000000", "Asia/Tokyo"))
    told = await raw("GET", f"me/events/{made.id}", Prefer='outlook.timezone="Asia/Tokyo"')
    check.same("Preference-Applied", told.headers.get("preference-applied"), 'outlook.timezone="Asia/Tokyo"')
    few = (await raw("GET", f"me/events/{made.id}?$select=subject,start")).json()
    check.same("$select", {n for n in few if not n.startswith("@")}, {"id", "subject", "start"})
    day = await me.events.post(Event(subject="Day", is_all_day=True, start=at("2027-02-03T00:00:00"), end=at("2027-02-04T00:00:00")))
    check.same("all day", (day.is_all_day, day.start.date_time, day.end.date_time), (True, "2027-02-03T00:00:00.0000000", "2027-02-04T00:00:00.0000000"))
    await refused("a day that begins late", me.events.post(Event(subject="x", is_all_day=True, start=at("2027-02-03T09:00:00"), end=at("2027-02-04T00:00:00"))), 400, "ErrorPropertyValidationFailure")
    check.same("delete says nothing", await one.delete(), None)
    await refused("deleted", one.get(), 404, "ErrorItemNotFound")
    await refused("deleted twice", one.delete(), 404, "ErrorItemNotFound")
    await refused("patch of a deleted one", one.patch(Event(subject="x")), 404, "ErrorItemNotFound")


async def meetings():
    people = [
        Attendee(type=AttendeeType.Required, email_address=EmailAddress(address=ben["email"], name="Ben")),
        Attendee(type=AttendeeType.Optional, email_address=EmailAddress(address="cleo@contoso.example", name="Cleo")),
        Attendee(type=AttendeeType.Resource, email_address=EmailAddress(address="room@contoso.example", name="Room")),
    ]
    made = await me.events.post(event("Meeting", attendees=people, is_online_meeting=True, hide_attendees=True, allow_new_time_proposals=False, response_requested=False))
    found = {a.email_address.address: (a.type, a.status.response) for a in made.attendees}
    check.same("Ben", found.get(ben["email"]), (AttendeeType.Required, ResponseType.None_))
    check.same("Cleo", found.get("cleo@contoso.example"), (AttendeeType.Optional, ResponseType.None_))
    check.same("room", found.get("room@contoso.example"), (AttendeeType.Resource, ResponseType.None_))
    check.fields("meeting", vars(made), is_organizer=True, is_online_meeting=True, hide_attendees=True, allow_new_time_proposals=False, response_requested=False)
    check("join url", made.online_meeting and made.online_meeting.join_url, made.online_meeting)
    one = me.events.by_event_id(made.id)
    await refused("the organizer does not accept", one.accept.post(AcceptPostRequestBody(send_response=True)), 400, "ErrorInvalidRequest")
    forward = ForwardPostRequestBody(comment="fyi", to_recipients=[Recipient(email_address=EmailAddress(address="dan@contoso.example", name="Dan"))])
    check.same("forward", await one.forward.post(forward), None)
    check.same("cancel", await one.cancel.post(CancelPostRequestBody(comment="Ill")), None)
    await refused("cancelled", one.get(), 404, "ErrorItemNotFound")
    own = await me.events.post(event("Snooze"))
    check.same("dismissReminder", await me.events.by_event_id(own.id).dismiss_reminder.post(), None)


def rule(kind, **more):
    pattern = RecurrencePattern(type=kind, interval=more.pop("interval", 1), **more)
    return PatternedRecurrence(
        pattern=pattern,
        range=RecurrenceRange(type=RecurrenceRangeType.Numbered, start_date=datetime.date(2027, 3, 1), number_of_occurrences=4, recurrence_time_zone="W. Europe Standard Time"),
    )


async def instances(id):
    found, _ = await pages(me.events.by_event_id(id).instances, asking(start_date_time=FROM, end_date_time="2031-12-01T00:00:00Z"))
    return found


async def patterns():
    kinds = RecurrencePatternType
    for pattern, dates in [
        (rule(kinds.Daily, interval=2), ["2027-03-01", "2027-03-03", "2027-03-05", "2027-03-07"]),
        (rule(kinds.Weekly, days_of_week=[DayOfWeek.Monday, DayOfWeek.Thursday], first_day_of_week=DayOfWeek.Monday), ["2027-03-01", "2027-03-04", "2027-03-08", "2027-03-11"]),
        (rule(kinds.AbsoluteMonthly, day_of_month=15), ["2027-03-15", "2027-04-15", "2027-05-15", "2027-06-15"]),
        (rule(kinds.RelativeMonthly, days_of_week=[DayOfWeek.Friday], index=WeekIndex.Last), ["2027-03-26", "2027-04-30", "2027-05-28", "2027-06-25"]),
        (rule(kinds.AbsoluteYearly, day_of_month=4, month=7), ["2027-07-04", "2028-07-04", "2029-07-04", "2030-07-04"]),
        (rule(kinds.RelativeYearly, days_of_week=[DayOfWeek.Monday], index=WeekIndex.First, month=9), ["2027-09-06", "2028-09-04", "2029-09-03", "2030-09-02"]),
    ]:
        what = pattern.pattern.type.value
        made = await me.events.post(event(what, "2027-03-01", recurrence=pattern))
        check.same(f"{what}: type", made.type, EventType.SeriesMaster)
        check.same(f"{what}: pattern", (made.recurrence.pattern.type, made.recurrence.pattern.interval), (pattern.pattern.type, pattern.pattern.interval))
        check.same(f"{what}: dates", [i.start.date_time[:10] for i in await instances(made.id)], dates)
        await me.events.by_event_id(made.id).delete()
    await refused("no days", me.events.post(event("x", recurrence=rule(kinds.Weekly))), 400, "ErrorPropertyValidationFailure")


async def series():
    view = me.calendar_view.delta
    delta, page = await pages(view, asking(start_date_time=FROM, end_date_time=TO))
    link = page.odata_delta_link
    weekly = rule(RecurrencePatternType.Weekly, days_of_week=[DayOfWeek.Tuesday], first_day_of_week=DayOfWeek.Monday)
    weekly.range.number_of_occurrences = 5
    master = await me.events.post(event("Weekly", "2027-03-02", recurrence=weekly))
    check.same("range", (master.recurrence.range.type, master.recurrence.range.number_of_occurrences), (RecurrenceRangeType.Numbered, 5))
    found = await instances(master.id)
    check.same("five", [i.type for i in found], [EventType.Occurrence] * 5)
    check.same("their master", {i.series_master_id for i in found}, {master.id})
    moved = await me.events.by_event_id(found[1].id).patch(Event(start=at("2027-03-10T11:00:00"), end=at("2027-03-10T12:00:00")))
    check.fields("moved", vars(moved), type=EventType.Exception, id=found[1].id, series_master_id=master.id, original_start=found[1].original_start)
    check.same("moved to", moved.start.date_time, "2027-03-10T10:00:00.0000000")
    await me.events.by_event_id(found[2].id).delete()
    await refused("the cancelled one", me.events.by_event_id(found[2].id).get(), 404, "ErrorItemNotFound")
    left = await instances(master.id)
    check.same("four are left", [i.id for i in left], [found[0].id, moved.id, found[3].id, found[4].id])
    crossing = Event(start=at("2027-03-23T11:00:00"), end=at("2027-03-23T12:00:00"))
    await refused("past a neighbour", me.events.by_event_id(moved.id).patch(crossing), 400, "ErrorOccurrenceCrossingBoundary")
    whole = (await raw("GET", f"me/events/{master.id}?$select=subject,cancelledOccurrences,exceptionOccurrences&$expand=exceptionOccurrences")).json()
    check.same("cancelledOccurrences", whole.get("cancelledOccurrences"), [f"OID.{master.id}.2027-03-16"])
    check.same("exceptionOccurrences", [e["id"] for e in whole.get("exceptionOccurrences", [])], [moved.id])
    seen, _ = await pages(me.calendar_view, asking(start_date_time="2027-03-01T00:00:00Z", end_date_time="2027-04-30T00:00:00Z", top=2))
    check.same("view", [e.id for e in seen if e.series_master_id == master.id], [i.id for i in left])
    check("no master in a view", master.id not in [e.id for e in seen])
    listed, _ = await pages(me.events, asking(top=3))
    check("a master in the list, no occurrences", master.id in [e.id for e in listed] and moved.id not in [e.id for e in listed])

    changed, page = await pages(view.with_url(link), None)
    types = {e.id: e.type for e in changed}
    check.same("delta: master", types.get(master.id), EventType.SeriesMaster)
    check.same("delta: exception", types.get(moved.id), EventType.Exception)
    check.same("delta: occurrence", types.get(found[0].id), EventType.Occurrence)
    other = await me.events.post(event("Other", "2027-03-04"))
    changed, page = await pages(view.with_url(page.odata_delta_link), None)
    check.same("delta: made", [e.id for e in changed], [other.id])
    await me.events.by_event_id(other.id).delete()
    await me.events.by_event_id(master.id).delete()
    changed, page = await pages(view.with_url(page.odata_delta_link), None)
    removed = {e.id: e.additional_data.get("@removed") for e in changed}
    check.same("delta: deletions", (removed.get(other.id), removed.get(master.id)), ({"reason": "deleted"}, {"reason": "deleted"}))
    changed, page = await pages(view.with_url(page.odata_delta_link), None)
    check.same("delta: nothing", changed, [])
    sized = await view.get(asking("odata.maxpagesize=2", start_date_time=FROM, end_date_time=TO))
    check("maxpagesize", sized.odata_next_link or sized.odata_delta_link, sized)
    await refused("$select with delta", view.get(asking(start_date_time=FROM, end_date_time=TO, filter="subject eq 'x'")), 400, "ErrorInvalidParameter")
    await refused("delta without a window", view.get(), 400, "ErrorInvalidParameter")
    control(sandbox, "expire_sync_tokens")
    await refused("an expired token", view.with_url(page.odata_delta_link).get(), 410, "SyncStateNotFound")
    _, page = await pages(view, asking(start_date_time=FROM, end_date_time=TO))
    check("a new round", page.odata_delta_link, page)


async def queries():
    for number, subject in enumerate(["Alpha", "Beta", "Gamma"]):
        await me.events.post(event(subject, f"2027-05-0{number + 1}", categories=["Q"], importance=Importance.Low if number else Importance.High))
    await me.events.post(event("Prop's", "2027-05-05", single_value_extended_properties=None))

    async def subjects(**parameters):
        found, _ = await pages(me.events, asking(**parameters))
        return [e.subject for e in found]

    window = "start/dateTime ge '2027-05-01T00:00:00' and start/dateTime lt '2027-05-05T00:00:00'"
    check.same("$filter", await subjects(filter=window, orderby=["start/dateTime"]), ["Alpha", "Beta", "Gamma"])
    check.same("$orderby desc", await subjects(filter=window, orderby=["start/dateTime desc"]), ["Gamma", "Beta", "Alpha"])
    check.same("$orderby subject", await subjects(filter=window, orderby=["subject desc"]), ["Gamma", "Beta", "Alpha"])
    check.same("eq", await subjects(filter="subject eq 'Beta'"), ["Beta"])
    check.same("doubled quotation marks", await subjects(filter="subject eq 'Prop''s'"), ["Prop's"])
    check.same("startswith", await subjects(filter="startswith(subject,'Gam')"), ["Gamma"])
    check.same("contains", await subjects(filter="contains(subject,'eta')"), ["Beta"])
    check.same("and, or, not", await subjects(filter=f"({window}) and not (subject eq 'Beta' or subject eq 'Gamma')"), ["Alpha"])
    check.same("enumeration", await subjects(filter=f"{window} and importance eq 'high'"), ["Alpha"])
    check.same("any", sorted(await subjects(filter="categories/any(c:c eq 'Q')")), ["Alpha", "Beta", "Gamma"])
    check.same("isAllDay", [s for s in await subjects(filter="isAllDay eq true") if s == "Alpha"], [])
    check.same("organizer", len(await subjects(filter=f"organizer/emailAddress/address eq '{ada['email']}'")) >= 4, True)
    first = await me.events.get(asking(top=2, skip=1, count=True, orderby=["start/dateTime"], filter=window))
    check.same("$top, $skip, $count", ([e.subject for e in first.value], first.odata_count), (["Beta", "Gamma"], 3))
    page = await me.events.get(asking(top=1))
    check("nextLink", page.odata_next_link and page.odata_next_link.startswith(root), page.odata_next_link)
    sized = await me.events.get(asking("odata.maxpagesize=1"))
    check("maxpagesize", len(sized.value) == 1 and sized.odata_next_link, sized)
    usual = await me.events.get()
    check("ten to a page", len(usual.value) <= 10, len(usual.value))
    await refused("a filter that is none", me.events.get(asking(filter="subject eq")), 400, "BadRequest")
    await refused("a property of nobody", me.events.get(asking(filter="colour eq 'red'")), 400, "BadRequest")
    await refused("a selection of nobody", me.events.get(asking(select=["colour"])), 400, "BadRequest")
    await refused("an order of nobody", me.events.get(asking(orderby=["colour"])), 400, "BadRequest")
    await refused("an expansion of nobody", me.events.get(asking(expand=["colour"])), 400, "BadRequest")
    await refused("$top of nothing", raw_error(f"me/events?$top=-1"), 400, "BadRequest")
    await refused("a view without a window", me.calendar_view.get(), 400, "ErrorInvalidParameter")
    await refused("a view that is too long", me.calendar_view.get(asking(start_date_time="2020-01-01T00:00:00Z", end_date_time="2027-01-01T00:00:00Z")), 400, "ErrorCalendarViewRangeTooBig")
    extended = (await raw("POST", "me/events", {
        "subject": "Green", "start": {"dateTime": "2027-05-06T09:00:00", "timeZone": "UTC"}, "end": {"dateTime": "2027-05-06T10:00:00", "timeZone": "UTC"},
        "singleValueExtendedProperties": [{"id": PROPERTY, "value": "Green"}],
    })).json()
    check.same("filter by a property", await subjects(filter=f"singleValueExtendedProperties/any(ep: ep/id eq '{PROPERTY}' and ep/value eq 'Green')"), ["Green"])
    seen = (await raw("GET", f"me/events/{extended['id']}?$expand=singleValueExtendedProperties($filter=id eq '{PROPERTY}')")).json()
    check.same("$expand", seen.get("singleValueExtendedProperties"), [{"id": PROPERTY, "value": "Green"}])
    check("not without $expand", "singleValueExtendedProperties" not in extended, list(extended))
    with_calendar = (await raw("GET", f"me/events/{extended['id']}?$expand=calendar")).json()
    check.same("$expand=calendar", with_calendar.get("calendar", {}).get("isDefaultCalendar"), True)


async def raw_error(path):
    """A request by its path, with the SDK's errors."""
    info = RequestInformation(Method.GET, "{+baseurl}/" + path.split("?")[0])
    info.url = f"{root}/{path}"
    return await client.request_adapter.send_primitive_async(info, "bytes", {"XXX": ODataError})


async def lenient():
    """What other libraries send: text for booleans, null, Windows zones, encoded options, capital letters."""
    made = await raw("POST", "me/calendar/events", {
        "subject": "O365", "isOnlineMeeting": "false", "transactionId": None, "body": {"contentType": "HTML", "content": "x"},
        "start": {"dateTime": "2027-06-01T09:00:00", "timeZone": "W. Europe Standard Time"},
        "end": {"dateTime": "2027-06-01T10:00:00", "timeZone": "W. Europe Standard Time"}, "attendees": [], "reminderMinutesBeforeStart": 15,
        "location": {"displayName": ""}, "categories": [], "recurrence": None, "sensitivity": "normal", "showAs": "busy",
    })
    check.same("O365", (made.status_code, made.json().get("isOnlineMeeting")), (201, False))
    listed = await raw("GET", "me/events?%24top=999&%24filter=subject%20eq%20%27O365%27")
    check.same("encoded options", len(listed.json()["value"]), 1)
    typed = await raw("POST", "me/events", {"@odata.type": "#microsoft.graph.event", "subject": "typed", "start": {"@odata.type": "#microsoft.graph.dateTimeTimeZone", "dateTime": "2027-06-01T09:00:00.0000000", "timeZone": "UTC"}, "end": {"dateTime": "2027-06-01T10:00:00Z", "timeZone": "UTC"}})
    check.same("@odata.type", typed.status_code, 201)
    by_mail = await raw("GET", f"users/{ada['email']}/events?$top=1")
    check.same("users/{mail}", by_mail.status_code, 200)
    encoded = await raw("GET", f"me/events/{made.json()['id'].replace('=', '%3D').replace('-', '%2D')}")
    check.same("encoded ids", encoded.status_code, 200)
    quoted = await raw("GET", f"me/events('{made.json()['id']}')")
    check.same("ids in brackets", quoted.status_code, 200)


async def refusals():
    await refused("no such event", me.events.by_event_id("AAMkAGnothing=").get(), 404, "ErrorItemNotFound")
    malformed = await raw("GET", "me/events/nonsense")
    check.same("an id that is none", (malformed.status_code, malformed.json()["error"]["code"]), (400, "ErrorInvalidIdMalformed"))
    await refused("no such calendar", me.calendars.by_calendar_id("AAMkAGnothing=").events.get(), 404, "ErrorItemNotFound")
    for what, body, status, code in [
        ("no times", {"subject": "x"}, 400, "ErrorPropertyValidationFailure"),
        ("backwards", {"subject": "x", "start": {"dateTime": "2027-06-01T10:00:00", "timeZone": "UTC"}, "end": {"dateTime": "2027-06-01T09:00:00", "timeZone": "UTC"}}, 400, "ErrorPropertyValidationFailure"),
        ("a zone of nobody", {"subject": "x", "start": {"dateTime": "2027-06-01T10:00:00", "timeZone": "Middle Earth"}, "end": {"dateTime": "2027-06-01T11:00:00", "timeZone": "UTC"}}, 400, "ErrorPropertyValidationFailure"),
        ("a property of nobody", {"subject": "x", "colour": "red"}, 400, "RequestBodyRead"),
        ("another kind", {"subject": 7}, 400, "RequestBodyRead"),
        ("an enumeration of nobody", {"subject": "x", "showAs": "asleep"}, 400, "RequestBodyRead"),
    ]:
        answer = await raw("POST", "me/events", body)
        check.same(what, (answer.status_code, answer.json()["error"]["code"]), (status, code))
    async with httpx.AsyncClient() as http:
        headers = {"Authorization": f"Bearer {ada['token']}", "Content-Type": "application/json"}
        broken = await http.post(f"{root}/me/events", content=b"{", headers=headers)
        check.same("no JSON", (broken.status_code, broken.json()["error"]["code"]), (400, "BadRequest"))
        nobody = await http.get(f"{root}/me/events")
        check.same("no token", (nobody.status_code, nobody.json()["error"]["code"]), (401, "InvalidAuthenticationToken"))
        check("WWW-Authenticate", "Bearer" in nobody.headers.get("www-authenticate", ""), nobody.headers)
    try:
        await service_of(sandbox, "wrong").me.events.get()
        check("a wrong token", False, "accepted")
    except ODataError as error:
        check.same("a wrong token", status_and_code(error), (401, "InvalidAuthenticationToken"))
    unknown = await raw("GET", "me/nonsense")
    check.same("a segment of nobody", (unknown.status_code, unknown.json()["error"]["code"]), (400, "BadRequest"))
    for path in ["groups/1/events", "me/messages", "me/findMeetingTimes", "me/outlook/masterCategories", "me/people", "users/nobody@contoso.example/events"]:
        answer = await raw("GET", path)
        check(f"{path} is refused", 400 <= answer.status_code < 500 and answer.json()["error"]["code"], answer.text)
    wrong = await raw("PUT", f"me/events")
    check.same("a method of nobody", (wrong.status_code, "error" in wrong.json()), (405, True))
    await refused("somebody else's mailbox", client.users.by_user_id(ben["email"]).events.get(), 403, "ErrorAccessDenied")
    await refused("nobody's mailbox", client.users.by_user_id("nobody@contoso.example").events.get(), 404, "ErrorInvalidUser")
    await refused("changes without a window", me.events.delta.get(), 400, "BadRequest")
    permission = CalendarPermission(role=CalendarRoleType.Read, email_address=EmailAddress(address=ada["email"], name="Ada"))
    shared = await service_of(sandbox, ben["token"]).me.calendar.calendar_permissions.post(permission)
    check.same("a shared one", (await client.users.by_user_id(ben["email"]).calendar.get()).owner.address, ben["email"])
    check("its events", (await client.users.by_user_id(ben["email"]).events.get()).value is not None)
    await service_of(sandbox, ben["token"]).me.calendar.calendar_permissions.by_calendar_permission_id(shared.id).delete()


async def calendars():
    own = (await me.calendars.get()).value
    check.same("the default one", [c.name for c in own if c.is_default_calendar], ["Calendar"])
    default = await me.calendar.get()
    check.fields("default", vars(default), is_default_calendar=True, can_edit=True, can_share=True, is_removable=False, color=CalendarColor.Auto)
    check.same("owner", default.owner.address, ada["email"])
    check("changeKey", default.change_key, default)
    made = await me.calendars.post(Calendar(name="Practice", color=CalendarColor.LightGreen))
    check.fields("made", vars(made), name="Practice", color=CalendarColor.LightGreen, is_default_calendar=False, is_removable=True, can_edit=True)
    one = me.calendars.by_calendar_id(made.id)
    changed = await one.patch(Calendar(name="Praxis", color=CalendarColor.LightBlue))
    check.fields("changed", vars(changed), name="Praxis", color=CalendarColor.LightBlue, id=made.id)
    check("changeKey moves", changed.change_key != made.change_key, changed.change_key)
    await refused("a name twice", me.calendars.post(Calendar(name="Praxis")), 409, "ErrorFolderExists")
    filtered = await me.calendars.get(asking(filter="name eq 'Praxis'"))
    check.same("$filter", [c.id for c in filtered.value], [made.id])
    there = await one.events.post(event("There"))
    check.same("in another calendar", (await one.events.by_event_id(there.id).get()).subject, "There")
    check.same("from the mailbox", (await me.events.by_event_id(there.id).get()).subject, "There")
    groups = (await me.calendar_groups.get()).value
    check.same("groups", [g.name for g in groups][:1], ["My Calendars"])
    group = await me.calendar_groups.post(CalendarGroup(name="Private"))
    check("group", group.id and group.name == "Private" and group.change_key and group.class_id, group)
    inside = await me.calendar_groups.by_calendar_group_id(group.id).calendars.post(Calendar(name="Inside"))
    listed = (await me.calendar_groups.by_calendar_group_id(group.id).calendars.get()).value
    check.same("calendars of a group", [c.id for c in listed], [inside.id])
    renamed = await me.calendar_groups.by_calendar_group_id(group.id).patch(CalendarGroup(name="Own"))
    check.same("renamed", renamed.name, "Own")
    await refused("a group that is not empty", me.calendar_groups.by_calendar_group_id(group.id).delete(), 400, "ErrorCalendarGroupNotEmpty")
    await me.calendars.by_calendar_id(inside.id).delete()
    check.same("group deleted", await me.calendar_groups.by_calendar_group_id(group.id).delete(), None)
    await refused("no such group", me.calendar_groups.by_calendar_group_id(group.id).get(), 404, "ErrorItemNotFound")
    check.same("calendar deleted", await one.delete(), None)
    await refused("no such calendar", one.get(), 404, "ErrorItemNotFound")
    await refused("the default one stays", me.calendars.by_calendar_id(default.id).delete(), 400, "ErrorDeleteDistinguishedFolder")
    user = await me.get()
    check.same("me", (user.mail, user.user_principal_name), (ada["email"], ada["email"]))
    settings = await me.mailbox_settings.get()
    check.same("zone", settings.time_zone, "W. Europe Standard Time")


async def extras():
    made = await me.events.post(event("Files", "2027-06-05"))
    one = me.events.by_event_id(made.id)
    file = await one.attachments.post(FileAttachment(odata_type="#microsoft.graph.fileAttachment", name="plan.txt", content_type="text/plain", content_bytes=b"hello"))
    check.same("attached", (file.odata_type, file.name, file.size >= 5, file.is_inline), ("#microsoft.graph.fileAttachment", "plan.txt", True, False))
    listed = (await one.attachments.get()).value
    check.same("attachments", [a.id for a in listed], [file.id])
    got = await one.attachments.by_attachment_id(file.id).get()
    check.same("content", base64.b64decode(got.content_bytes) if got.content_bytes != b"hello" else got.content_bytes, b"hello")
    check.same("hasAttachments", (await one.get()).has_attachments, True)
    value = await raw("GET", f"me/events/{made.id}/attachments/{file.id}/$value")
    check.same("$value", value.content, b"hello")
    await one.attachments.by_attachment_id(file.id).delete()
    check.same("taken off", ((await one.attachments.get()).value, (await one.get()).has_attachments), ([], False))
    weekly = await me.events.post(event("Weekly files", "2027-09-06", recurrence=PatternedRecurrence(
        pattern=RecurrencePattern(type=RecurrencePatternType.Weekly, interval=1, days_of_week=[DayOfWeek.Monday]),
        range=RecurrenceRange(type=RecurrenceRangeType.Numbered, start_date=datetime.date(2027, 9, 6), number_of_occurrences=3),
    )))
    days = await raw("GET", f"me/events/{weekly.id}/instances?startDateTime={FROM}&endDateTime={TO}")
    second = me.events.by_event_id(days.json()["value"][1]["id"])
    await second.attachments.post(FileAttachment(odata_type="#microsoft.graph.fileAttachment", name="of one day.txt", content_bytes=b"x"))
    check.same("a file of one occurrence", [a.name for a in (await second.attachments.get()).value], ["of one day.txt"])
    check.same("and of no other", (await me.events.by_event_id(weekly.id).attachments.get()).value, [])
    await me.events.by_event_id(weekly.id).delete()
    await refused("no such attachment", one.attachments.by_attachment_id(file.id).get(), 404, "ErrorItemNotFound")
    extension = OpenTypeExtension(odata_type="microsoft.graph.openTypeExtension", extension_name="com.example.visit", additional_data={"room": "2", "count": 3})
    kept = await one.extensions.post(extension)
    check.same("extension", (kept.id, kept.additional_data.get("extensionName") or getattr(kept, "extension_name", None)), ("Microsoft.OutlookServices.OpenTypeExtension.com.example.visit", "com.example.visit"))
    got = await one.extensions.by_extension_id("com.example.visit").get()
    check.same("its values", (got.additional_data.get("room"), got.additional_data.get("count")), ("2", 3))
    seen = (await raw("GET", f"me/events/{made.id}?$expand=extensions($filter=id eq 'com.example.visit')")).json()
    check.same("$expand=extensions", [e.get("room") for e in seen.get("extensions", [])], ["2"])
    changed = await raw("PATCH", f"me/events/{made.id}/extensions/com.example.visit", {"@odata.type": "microsoft.graph.openTypeExtension", "extensionName": "com.example.visit", "room": "3"})
    check("extension changed", changed.status_code in (200, 204), changed.text)
    check.same("its new value", (await one.extensions.by_extension_id("com.example.visit").get()).additional_data.get("room"), "3")
    await one.extensions.by_extension_id("com.example.visit").delete()
    await refused("no such extension", one.extensions.by_extension_id("com.example.visit").get(), 404, "ErrorItemNotFound")


async def schedules():
    await me.events.post(event("Busy", "2027-07-01"))
    await me.events.post(Event(subject="Away", start=at("2027-07-01T12:00:00"), end=at("2027-07-01T13:00:00"), show_as=FreeBusyStatus.Oof, sensitivity=Sensitivity.Private))
    asked = GetSchedulePostRequestBody(schedules=[ada["email"], "nobody@contoso.example"], start_time=at("2027-07-01T08:00:00"), end_time=at("2027-07-01T14:00:00"), availability_view_interval=60)
    own, nobody = (await me.calendar.get_schedule.post(asked, asking('outlook.timezone="Europe/Berlin"'))).value
    check.same("view", (own.schedule_id, own.availability_view), (ada["email"], "020030"))
    check.same("items", [(i.status, i.subject, i.is_private, i.start.date_time[:16]) for i in own.schedule_items], [(FreeBusyStatus.Busy, "Busy", False, "2027-07-01T09:00"), (FreeBusyStatus.Oof, None, True, "2027-07-01T12:00")])
    check.same("working hours", own.working_hours.time_zone.name, "W. Europe Standard Time")
    check.same("nobody", (nobody.schedule_id, nobody.error.response_code), ("nobody@contoso.example", "ErrorMailRecipientNotFound"))
    await service_of(sandbox, ben["token"]).me.events.post(event("Secret", "2027-07-01"))
    asked.schedules = [ben["email"]]
    [colleague] = (await me.calendar.get_schedule.post(asked)).value
    check.same("a colleague", (colleague.availability_view, [i.subject for i in colleague.schedule_items]), ("020000", [None]))
    asked.availability_view_interval = 1
    await refused("pieces too small", me.calendar.get_schedule.post(asked), 400, "ErrorInvalidParameter")
    lower = await raw("POST", "me/calendar/getSchedule", {"schedules": [ada["email"]], "startTime": {"dateTime": "2027-07-01T08:00:00", "timeZone": "Europe/Berlin"}, "endTime": {"dateTime": "2027-07-01T10:00:00", "timeZone": "Europe/Berlin"}})
    check.same("small letters", lower.json()["value"][0]["availabilityView"], "0022")


async def batches():
    def request(method, path, body=None):
        info = RequestInformation()
        info.http_method, info.url = method, f"{root}/{path}"
        if body is not None:
            info.headers.add("Content-Type", "application/json")
            info.content = json.dumps(body).encode()
        return info

    new = {"subject": "Batch", "start": {"dateTime": "2027-08-01T09:00:00", "timeZone": "UTC"}, "end": {"dateTime": "2027-08-01T10:00:00", "timeZone": "UTC"}}
    items = [
        BatchRequestItem(request(Method.POST, "me/events", new), id="1"),
        BatchRequestItem(request(Method.GET, "me/events/AAMkAGnothing="), id="2"),
        BatchRequestItem(request(Method.GET, "me/calendars?$select=name"), id="3", depends_on=["1"]),
    ]
    content = BatchRequestContent({item.id: item for item in items})
    answer = await client.batch.post(content)
    statuses = {id: answer.get_response_by_id(id).status for id in "123"}
    check.same("batch", statuses, {"1": 201, "2": 404, "3": 200})
    plain = await raw("POST", "$batch", {"requests": [{"id": str(n), "method": "GET", "url": "/me"} for n in range(21)]})
    check.same("21 of them", plain.status_code, 400)
    chain = await raw("POST", "$batch", {"requests": [{"id": "1", "method": "GET", "url": "/me/events/AAMkAGnothing="}, {"id": "2", "method": "GET", "url": "/me", "dependsOn": ["1"]}]})
    check.same("what depends on a failure", {r["id"]: r["status"] for r in chain.json()["responses"]}, {"1": 404, "2": 424})
    twice = await raw("POST", "$batch", {"requests": [{"id": "1", "method": "GET", "url": "/me"}] * 2})
    check.same("an id twice", twice.status_code, 400)


async def push():
    receiver, loop = Receiver(), asyncio.get_running_loop()

    async def arrived():
        return await loop.run_in_executor(None, receiver.next)

    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)
    order = Subscription(
        change_type="created,updated,deleted", notification_url=receiver.address, lifecycle_notification_url=receiver.address + "/life",
        resource="/me/events", client_state="secret", expiration_date_time=until,
    )
    made = await client.subscriptions.post(order)
    _, token, _ = await arrived()
    check("handshake", token, token)
    _, token, _ = await arrived()
    check("handshake of the lifecycle address", token, token)
    check.fields("subscription", vars(made), change_type="created,updated,deleted", notification_url=receiver.address, resource="/me/events", client_state="secret", lifecycle_notification_url=receiver.address + "/life")
    new = await me.events.post(event("Pushed", "2027-08-02"))
    _, token, body = await arrived()
    note = json.loads(body)["value"][0]
    check.fields("notification", note, subscriptionId=made.id, clientState="secret", changeType="created")
    check("resource", note["resource"].endswith(f"/Events/{new.id}") or note["resource"].lower().endswith(f"/events/{new.id}".lower()), note)
    check.same("resourceData", (note["resourceData"]["@odata.type"].lower(), note["resourceData"]["id"]), ("#microsoft.graph.event", new.id))
    check("expiration, tenant", note.get("subscriptionExpirationDateTime") and note.get("tenantId"), note)
    await me.events.by_event_id(new.id).patch(Event(subject="Changed"))
    check.same("updated", json.loads((await arrived())[2])["value"][0]["changeType"], "updated")
    await me.events.by_event_id(new.id).delete()
    check.same("deleted", json.loads((await arrived())[2])["value"][0]["changeType"], "deleted")
    one = client.subscriptions.by_subscription_id(made.id)
    renewed = await one.patch(Subscription(expiration_date_time=until + datetime.timedelta(hours=1)))
    check("renewed", renewed.expiration_date_time > made.expiration_date_time, renewed)
    check("listed", made.id in [s.id for s in (await client.subscriptions.get()).value])
    check.same("ended", await one.delete(), None)
    try:
        await one.get()
        check("an ended one", False, "there")
    except ODataError as error:
        check.same("an ended one", error.response_status_code, 404)
    deaf = Subscription(change_type="created", notification_url=root + "/nothing", resource="me/events", expiration_date_time=until)
    await refused("an address that is deaf", client.subscriptions.post(deaf), 400, "ValidationError")
    late = Subscription(change_type="created", notification_url=receiver.address, resource="me/events", expiration_date_time=until + datetime.timedelta(days=30))
    await refused("too long", client.subscriptions.post(late), 400, "ExtensionError")
    only = await client.subscriptions.post(Subscription(change_type="deleted", notification_url=receiver.address, resource="me/calendar/events", expiration_date_time=until, client_state="only"))
    await arrived()
    silent = await me.events.post(event("Silent", "2027-08-03"))
    await me.events.by_event_id(silent.id).delete()
    note = json.loads((await arrived())[2])["value"][0]
    check.same("only what was ordered", (note["clientState"], note["changeType"]), ("only", "deleted"))
    check.same("only that is said", only.change_type, "deleted")


async def lives():
    """What subscriptions tell of themselves."""
    receiver, loop = Receiver(), asyncio.get_running_loop()

    async def told():
        return json.loads((await loop.run_in_executor(None, receiver.next))[2])["value"][0]

    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)

    async def ordered(resource, state, path=""):
        made = await client.subscriptions.post(Subscription(
            change_type="created,updated,deleted", notification_url=receiver.address + path, client_state=state,
            lifecycle_notification_url=receiver.address + "/life", resource=resource, expiration_date_time=until,
        ))
        for _ in range(2):
            await loop.run_in_executor(None, receiver.next)
        return made

    made = await ordered("/me/events", "asked")
    control(sandbox, "reauthorize")
    note = await told()
    check.fields("reauthorizationRequired", note, lifecycleEvent="reauthorizationRequired", subscriptionId=made.id, clientState="asked")
    check("of the order", note["subscriptionExpirationDateTime"] and note["tenantId"] and "resource" not in note, note)
    one = client.subscriptions.by_subscription_id(made.id)
    check.same("reauthorized", await one.reauthorize.post(), None)
    check.same("its end stays", (await one.get()).expiration_date_time, made.expiration_date_time)
    later = Subscription(lifecycle_notification_url=receiver.address + "/else", expiration_date_time=until)
    await refused("another lifecycle address", one.patch(later), 400, "ErrorInvalidRequest")
    moved = await one.patch(Subscription(notification_url=receiver.address + "/moved"))
    await loop.run_in_executor(None, receiver.next)
    check.same("moved", moved.notification_url, receiver.address + "/moved")
    await one.delete()
    await refused("one that is not", one.reauthorize.post(), 404, "ErrorItemNotFound")

    calendar = await me.calendars.post(Calendar(name="Short-lived"))
    await ordered(f"/me/calendars/{calendar.id}/events", "gone")
    await me.calendars.by_calendar_id(calendar.id).delete()
    check.fields("subscriptionRemoved", await told(), lifecycleEvent="subscriptionRemoved", clientState="gone")
    check.same("and is", [s for s in (await client.subscriptions.get()).value if s.client_state == "gone"], [])

    deaf = await ordered("/me/events", "deaf", "/deaf")
    new = await me.events.post(event("Missed", "2027-08-04"))
    check.same("a change that is not taken", (await told()).get("changeType"), "created")
    check.fields("missed", await told(), lifecycleEvent="missed", clientState="deaf")
    await client.subscriptions.by_subscription_id(deaf.id).delete()
    await me.events.by_event_id(new.id).delete()


async def rich():
    """Resource data: sealed for our certificate, and signed."""
    receiver, loop = Receiver(), asyncio.get_running_loop()
    now = datetime.datetime.now(datetime.timezone.utc)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "CRM")])
    own = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(now).not_valid_after(now + datetime.timedelta(days=30)).sign(key, hashes.SHA256())
    )
    der = own.public_bytes(serialization.Encoding.DER)
    made = await client.subscriptions.post(Subscription(
        change_type="created,updated,deleted", notification_url=receiver.address, resource="/me/events?$select=subject,start",
        client_state="rich", expiration_date_time=now + datetime.timedelta(hours=2), include_resource_data=True,
        encryption_certificate=base64.b64encode(der).decode(), encryption_certificate_id="own",
    ))
    await loop.run_in_executor(None, receiver.next)
    check.fields("with resource data", vars(made), include_resource_data=True, encryption_certificate_id="own")
    new = await me.events.post(event("Sealed", "2027-08-05"))
    said = json.loads((await loop.run_in_executor(None, receiver.next))[2])
    check("nothing in plain", "Sealed" not in json.dumps(said), said)
    sealed = said["value"][0]["encryptedContent"]
    check.fields("sealed", sealed, encryptionCertificateId="own", encryptionCertificateThumbprint=own.fingerprint(hashes.SHA1()).hex().upper())
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)
    secret = key.decrypt(base64.b64decode(sealed["dataKey"]), oaep)
    data = base64.b64decode(sealed["data"])
    signed = hmac.new(secret, data, "sha256").digest()
    check.same("the signature", base64.b64decode(sealed["dataSignature"]), signed)
    opener = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).decryptor()
    plain = opener.update(data) + opener.finalize()
    told = json.loads(plain[:-plain[-1]])
    check.fields("what was chosen", told, subject="Sealed", id=new.id)
    check("and no more", "end" not in told and "start" in told, told)
    token = said["validationTokens"][0]
    tenant = jwt.decode(token, options={"verify_signature": False})["tid"]
    async with httpx.AsyncClient() as web:
        found = (await web.get(f"{graph['root']}{tenant}/v2.0/.well-known/openid-configuration")).json()
        keys = jwt.PyJWKSet.from_dict((await web.get(found["jwks_uri"])).json())
    signer = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, signer, algorithms=["RS256"], issuer=found["issuer"], options={"verify_aud": False})
    check.fields("validation token", claims, appid="0bf30f3b-4a52-48df-9a82-234910c4a086", ver="1.0")
    await me.events.by_event_id(new.id).delete()
    gone = json.loads((await loop.run_in_executor(None, receiver.next))[2])["value"][0]
    check("nothing of what is gone", gone["changeType"] == "deleted" and "encryptedContent" not in gone, gone)
    await client.subscriptions.by_subscription_id(made.id).delete()
    bare = Subscription(change_type="created", notification_url=receiver.address, resource="me/events?$select=subject", expiration_date_time=now + datetime.timedelta(hours=1), include_resource_data=True)
    await refused("without a certificate", client.subscriptions.post(bare), 400, "ErrorInvalidRequest")


async def main():
    for part in [singles, meetings, patterns, series, queries, lenient, refusals, calendars, extras, schedules, batches, push, lives, rich]:
        await check.wait(part())
    check.finish()


asyncio.run(main())
