//! calendar-query (RFC 4791 7.8).

use axum::{http::StatusCode, response::Response as HttpResponse};
use calendar::Zone;
use hub::{
    CalendarView,
    events::{EVENTS_MAX, InWindow},
};
use jiff::tz::TimeZone;
use protocols::{
    caldav::{CalendarQuery, Multistatus, Name, QueryZone, Response, name},
    zones::zone_named,
};

use super::{
    super::{
        answer::{Fault, Result, multistatus},
        collection::time_zone,
        item::{Item, find, for_each, with_texts},
        properties::Properties,
        request::Request,
        resource::{Resource, calendar_object},
    },
    check,
    data::Wanted,
    item_response,
    matching::Matching,
    needs_texts, targets,
    told::{tells_texts, told_response},
    window,
};

/// Objects that satisfy a filter.
pub(super) async fn query(
    request: &Request,
    resource: &Resource,
    query: &CalendarQuery,
) -> Result<HttpResponse> {
    check(&query.props)?;
    query.filter.check()?;
    let asked = query.zone.as_ref().map(zone_of).transpose()?;
    let (calendars, only) = targets(request, resource).await?;
    let properties = Properties::of(request).await?;
    let mut responses = Vec::new();
    for calendar in &calendars {
        let zone = asked.clone().unwrap_or_else(|| own_zone(request, calendar));
        let search = Search {
            properties: &properties,
            calendar,
            query,
            zone: &zone,
        };
        search.run(only, &mut responses).await?;
    }
    Ok(multistatus(&Multistatus {
        responses,
        sync_token: None,
    }))
}

/// The zone in which days and floating times of a calendar are seen.
pub(in super::super) fn own_zone(request: &Request, calendar: &CalendarView) -> TimeZone {
    TimeZone::get(&calendar.time_zone).unwrap_or_else(|_| request.zone())
}

fn zone_of(asked: &QueryZone) -> Result<TimeZone> {
    let refused =
        |condition: Name, detail: &str| Fault::condition(StatusCode::FORBIDDEN, condition, detail);
    let name = match asked {
        QueryZone::Text(text) => {
            let detail =
                "timezone is a VCALENDAR, whole, with a VTIMEZONE that is known by its TZID";
            let whole = ["VERSION:", "PRODID"].iter().all(|p| text.contains(p));
            let zone = time_zone(text).filter(|_| whole);
            zone.ok_or_else(|| refused(name::VALID_CALENDAR_DATA, detail))?
        }
        QueryZone::Id(id) => {
            let zone: Option<Zone> = zone_named(id);
            let zone =
                zone.ok_or_else(|| refused(name::VALID_TIMEZONE, "there is no such zone"))?;
            zone.name().to_owned()
        }
    };
    Ok(TimeZone::get(&name).unwrap_or(TimeZone::UTC))
}

/// The store gives no more, and half an answer would look like a whole one (RFC 4791 7.8).
fn check_count(found: usize) -> Result<()> {
    if found >= EVENTS_MAX {
        let detail = "too many events: ask for less time";
        let condition = name::NUMBER_OF_MATCHES_WITHIN_LIMITS;
        return Err(Fault::condition(StatusCode::FORBIDDEN, condition, detail));
    }
    Ok(())
}

struct Search<'a> {
    properties: &'a Properties<'a>,
    calendar: &'a CalendarView,
    query: &'a CalendarQuery,
    zone: &'a TimeZone,
}

impl Search<'_> {
    async fn run(&self, only: Option<&str>, responses: &mut Vec<Response>) -> Result<()> {
        let request = self.properties.request;
        let matching = Matching {
            filter: &self.query.filter,
            zone: self.zone,
        };
        if let Some(name) = only {
            let found = find(request, self.calendar, name).await?;
            let found = found.ok_or_else(Fault::not_found)?;
            return self.add(&[found], &matching, responses);
        }
        let texts = needs_texts(&self.query.props) || matching.reads_texts();
        // What is in an inbox is no event.
        let narrow = matching.only_events_in().filter(|_| !self.calendar.inbox);
        let Some(range) = narrow else {
            return for_each(request, self.calendar, texts, |items| {
                self.add(items, &matching, responses)
            })
            .await;
        };
        // The store narrows by time; the filter decides.
        let hub = &request.app.hub;
        if matching.is_time_alone() && tells_texts(&self.query.props) {
            let (actor, id) = (&request.actor, self.calendar.id);
            let found = hub.texts_in(actor, id, window(range)).await?;
            return self.tell(found, &matching, responses).await;
        }
        let found = hub
            .events_in(&request.actor, &[self.calendar.id], window(range))
            .await?;
        check_count(found.len())?;
        let mut items: Vec<Item> = found.into_iter().map(Item::event).collect();
        if matching.reads_texts() {
            with_texts(request, self.calendar, &mut items).await?;
            items.retain(|item| matching.matches(item));
        } else {
            items.retain(|item| matching.matches(item));
            if texts {
                with_texts(request, self.calendar, &mut items).await?;
            }
        }
        self.answer(&items, responses)
    }

    /// Answers with what clients wrote; what may happen then is looked into.
    async fn tell(
        &self,
        found: Vec<InWindow>,
        matching: &Matching<'_>,
        responses: &mut Vec<Response>,
    ) -> Result<()> {
        check_count(found.len())?;
        let request = self.properties.request;
        let mut items = Vec::new();
        for one in found {
            match one {
                InWindow::Told(told) => {
                    let href = calendar_object(request, &self.calendar.slug, &told.name);
                    responses.push(told_response(&self.query.props, &href, told));
                }
                InWindow::Event(event) => items.push(Item::event(*event)),
            }
        }
        items.retain(|item| matching.matches(item));
        with_texts(request, self.calendar, &mut items).await?;
        self.answer(&items, responses)
    }

    fn add(
        &self,
        items: &[Item],
        matching: &Matching<'_>,
        responses: &mut Vec<Response>,
    ) -> Result<()> {
        for item in items.iter().filter(|item| matching.matches(item)) {
            self.answer(std::slice::from_ref(item), responses)?;
        }
        Ok(())
    }

    fn answer(&self, items: &[Item], responses: &mut Vec<Response>) -> Result<()> {
        let wanted = Wanted {
            props: &self.query.props,
            zone: self.zone,
        };
        for item in items {
            let response = item_response(self.properties, self.calendar, item, &wanted)?;
            responses.push(response);
        }
        Ok(())
    }
}
