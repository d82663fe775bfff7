"""Drives the Graph face with Microsoft's own SDK, as a program of theirs would. Arguments: root, token."""

import asyncio
import datetime
import sys

from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.calendar import Calendar
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.day_of_week import DayOfWeek
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_type import EventType
from msgraph.generated.models.free_busy_status import FreeBusyStatus
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.location import Location
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.patterned_recurrence import PatternedRecurrence
from msgraph.generated.models.recurrence_pattern import RecurrencePattern
from msgraph.generated.models.recurrence_pattern_type import RecurrencePatternType
from msgraph.generated.models.recurrence_range import RecurrenceRange
from msgraph.generated.models.recurrence_range_type import RecurrenceRangeType
from msgraph.generated.models.single_value_legacy_extended_property import SingleValueLegacyExtendedProperty
from msgraph.generated.models.subscription import Subscription
from msgraph.generated.users.item.calendar.get_schedule.get_schedule_post_request_body import (
    GetSchedulePostRequestBody,
)
from msgraph.generated.users.item.calendars.item.calendar_view.calendar_view_request_builder import (
    CalendarViewRequestBuilder,
)
from msgraph.generated.users.item.calendars.item.calendar_view.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.users.item.calendars.item.events.events_request_builder import EventsRequestBuilder
from msgraph.generated.users.item.calendars.item.events.item.event_item_request_builder import (
    EventItemRequestBuilder,
)
from msgraph.generated.users.item.calendars.item.events.item.instances.instances_request_builder import (
    InstancesRequestBuilder,
)
from msgraph.generated.users.item.events.item.accept.accept_post_request_body import AcceptPostRequestBody
from msgraph.generated.users.item.events.item.cancel.cancel_post_request_body import CancelPostRequestBody

FROM, TO = "2026-11-01T00:00:00Z", "2027-03-01T00:00:00Z"
PROPERTY = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color"


class Token(AccessTokenProvider):
    def __init__(self, token):
        self.token = token
        self.hosts = AllowedHostsValidator([])

    async def get_authorization_token(self, uri, additional_authentication_context={}):
        return self.token

    def get_allowed_hosts_validator(self):
        return self.hosts


def at(text, zone="W. Europe Standard Time"):
    return DateTimeTimeZone(date_time=text, time_zone=zone)


def asking(builder, headers=None, **parameters):
    """Query parameters in the SDK's way."""
    classes = [c for name, c in vars(builder).items() if name.endswith("GetQueryParameters")]
    config = RequestConfiguration(query_parameters=classes[0](**parameters) if parameters else None)
    for name, value in (headers or {}).items():
        config.headers.add(name, value)
    return config


async def singles(events):
    made = await events.post(
        Event(
            subject="Prophylaxis",
            body=ItemBody(content_type=BodyType.Text, content="Bring the card"),
            start=at("2026-11-24T09:00:00"),
            end=at("2026-11-24T09:30:00"),
            location=Location(display_name="Room 2"),
            show_as=FreeBusyStatus.Oof,
            transaction_id="sdk-1",
            single_value_extended_properties=[SingleValueLegacyExtendedProperty(id=PROPERTY, value="Green")],
        )
    )
    assert made.type == EventType.SingleInstance and made.show_as == FreeBusyStatus.Oof, made
    assert made.start.date_time.startswith("2026-11-24T08:00") and made.start.time_zone == "UTC", made.start
    one = events.by_event_id(made.id)
    config = asking(
        EventItemRequestBuilder,
        {"Prefer": 'outlook.timezone="Europe/Berlin"'},
        select=["subject", "start"],
        expand=[f"singleValueExtendedProperties($filter=id eq '{PROPERTY}')"],
    )
    read = await one.get(config)
    assert read.start.date_time.startswith("2026-11-24T09:00") and read.show_as is None, read
    assert read.single_value_extended_properties[0].value == "Green", read
    changed = await one.patch(Event(subject="Recall"))
    assert changed.subject == "Recall" and changed.location.display_name == "Room 2", changed
    stale = RequestConfiguration()
    stale.headers.add("If-Match", made.additional_data["@odata.etag"])
    try:
        await one.patch(Event(subject="late"), stale)
        raise AssertionError("a stale version was accepted")
    except ODataError as error:
        assert error.response_status_code == 412 and error.error.code == "ErrorIrresolvableConflict", error
    found = await events.get(
        asking(EventsRequestBuilder, filter="start/dateTime ge '2026-11-24T00:00:00'", orderby=["start/dateTime"], top=5)
    )
    assert [event.id for event in found.value] == [made.id], found
    return made.id


async def series(events):
    master = await events.post(
        Event(
            subject="Weekly",
            start=at("2026-11-23T09:00:00"),
            end=at("2026-11-23T10:00:00"),
            recurrence=PatternedRecurrence(
                pattern=RecurrencePattern(
                    type=RecurrencePatternType.Weekly,
                    interval=1,
                    days_of_week=[DayOfWeek.Monday],
                    first_day_of_week=DayOfWeek.Monday,
                ),
                range=RecurrenceRange(
                    type=RecurrenceRangeType.EndDate,
                    start_date=datetime.date(2026, 11, 23),
                    end_date=datetime.date(2026, 12, 21),
                    recurrence_time_zone="W. Europe Standard Time",
                ),
            ),
        )
    )
    assert master.type == EventType.SeriesMaster, master
    assert master.recurrence.range.end_date == datetime.date(2026, 12, 21), master.recurrence.range
    one = events.by_event_id(master.id)
    window = asking(InstancesRequestBuilder, start_date_time=FROM, end_date_time=TO)
    instances = (await one.instances.get(window)).value
    assert len(instances) == 5 and instances[0].series_master_id == master.id, instances
    changed = await events.by_event_id(instances[1].id).patch(Event(subject="Other"))
    assert changed.type == EventType.Exception and changed.original_start == instances[1].original_start, changed
    await events.by_event_id(instances[2].id).delete()
    told = await one.get(
        asking(
            EventItemRequestBuilder,
            select=["subject", "exceptionOccurrences", "cancelledOccurrences"],
            expand=["exceptionOccurrences"],
        )
    )
    assert told.cancelled_occurrences == [f"OID.{master.id}.2026-12-07"], told.cancelled_occurrences
    assert [e.subject for e in told.exception_occurrences] == ["Other"], told.exception_occurrences
    return master.id


async def views(calendar, single, master):
    window = asking(CalendarViewRequestBuilder, start_date_time=FROM, end_date_time=TO, top=3)
    page, ids = await calendar.calendar_view.get(window), []
    while True:
        ids += [event.id for event in page.value]
        if not page.odata_next_link:
            break
        page = await calendar.calendar_view.with_url(page.odata_next_link).get()
    assert len(ids) == len(set(ids)) == 5 and single in ids and master not in ids, ids

    page = await calendar.calendar_view.delta.get(asking(DeltaRequestBuilder, start_date_time=FROM, end_date_time=TO))
    kinds = [event.type for event in page.value]
    while page.odata_next_link:
        page = await calendar.calendar_view.delta.with_url(page.odata_next_link).get()
        kinds += [event.type for event in page.value]
    assert kinds.count(EventType.SeriesMaster) == 1 and kinds.count(EventType.Exception) == 1, kinds
    await calendar.events.by_event_id(single).delete()
    page = await calendar.calendar_view.delta.with_url(page.odata_delta_link).get()
    assert [event.id for event in page.value] == [single], page.value
    assert "@removed" in page.value[0].additional_data, page.value[0].additional_data


async def orders(client):
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    made = await client.subscriptions.post(
        Subscription(
            change_type="created,updated,deleted",
            notification_url="https://hub.example/push/1",
            resource="me/events",
            client_state="secret",
            expiration_date_time=until,
        )
    )
    one = client.subscriptions.by_subscription_id(made.id)
    renewed = await one.patch(Subscription(expiration_date_time=until + datetime.timedelta(hours=1)))
    assert renewed.expiration_date_time > made.expiration_date_time, renewed
    await one.delete()
    try:
        await one.get()
        raise AssertionError("an ended subscription is still there")
    except ODataError as error:
        assert error.response_status_code == 404, error


async def actions(client, me):
    made = await client.me.events.post(
        Event(subject="Busy", start=at("2026-12-01T09:00:00"), end=at("2026-12-01T10:00:00"))
    )
    asked = GetSchedulePostRequestBody(
        schedules=[me.mail, "nobody@example.com"],
        start_time=at("2026-12-01T08:00:00"),
        end_time=at("2026-12-01T12:00:00"),
        availability_view_interval=60,
    )
    own, nobody = (await client.me.calendar.get_schedule.post(asked)).value
    assert own.availability_view == "0200" and own.schedule_items[0].subject == "Busy", own
    assert own.working_hours.start_time == datetime.time(8), own.working_hours
    assert nobody.error.response_code == "ErrorMailRecipientNotFound", nobody
    one = client.me.events.by_event_id(made.id)
    try:
        await one.accept.post(AcceptPostRequestBody(comment="Yes", send_response=True))
        raise AssertionError("an organizer answered")
    except ODataError as error:
        assert error.response_status_code == 400, error
    await one.cancel.post(CancelPostRequestBody(comment="Ill"))
    groups = (await client.me.calendar_groups.get()).value
    there = client.me.calendar_groups.by_calendar_group_id(groups[0].id).calendars
    assert len((await there.get()).value) == len((await client.me.calendars.get()).value)
    settings = await client.me.mailbox_settings.get()
    assert settings.time_zone == "W. Europe Standard Time", settings


async def main(root, token):
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Token(token)))
    client = GraphServiceClient(request_adapter=adapter)
    adapter.base_url = root
    me = await client.me.get()
    assert me.mail == "ada@example.com", me
    own = (await client.me.calendars.get()).value
    assert own[0].is_default_calendar and own[0].owner.address == me.mail, own
    made = await client.me.calendars.post(Calendar(name="SDK"))
    calendar = client.me.calendars.by_calendar_id(made.id)
    single = await singles(calendar.events)
    master = await series(calendar.events)
    await views(calendar, single, master)
    await orders(client)
    await actions(client, me)
    try:
        await client.me.events.by_event_id("AAMkAGnothing=").get()
        raise AssertionError("an event that never was")
    except ODataError as error:
        assert error.error.code == "ErrorItemNotFound", error
    print("done")


asyncio.run(main(*sys.argv[1:]))
