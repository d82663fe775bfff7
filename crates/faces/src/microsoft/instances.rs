//! `/events/{id}/instances`.

use axum::response::Response;

use super::{
    call::Call,
    events::{self, found},
    fault::Fault,
    ids::EventId,
    item::Items,
    path::Which,
    view,
};

/// The occurrences of a series in a window.
pub(super) async fn list(call: &Call, which: Option<&Which>, id: &str) -> Result<Response, Fault> {
    let window = view::window(call)?;
    let (event, calendar) = found(call, which, id).await?;
    if !matches!(EventId::decode(id), Some(EventId::Whole(_))) || !event.event.is_series() {
        return Err(Fault::bad(
            "Your request can't be completed. The event is not a series master.",
        ));
    }
    let items = Items::new(call, &calendar).expanded().await?;
    let all = items.occurrences(&event, window).into_iter();
    let all = all
        .filter_map(|o| o.id)
        .filter_map(|id| items.instance(&event, id));
    Ok(view::listed(
        call,
        all.collect(),
        &events::context(call, &calendar),
    ))
}
