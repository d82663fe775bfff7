//! expand-property (RFC 3253 3.8): properties of a resource, and those of the resources that they name.

use axum::{http::StatusCode, response::Response as HttpResponse};
use protocols::caldav::{Element, Multistatus, Name, PropStat, Response, name};

use super::{
    super::{
        answer::{Fault, Result, multistatus},
        item::find,
        properties::{Properties, Subject},
        request::Request,
        resource::{Resource, path_of},
    },
    only_depth_0,
};

/// Resources of one answer.
const HREFS_MAX: usize = 100;

/// Properties, and what they name.
pub(super) async fn expand(
    request: &Request,
    resource: &Resource,
    root: &Element,
) -> Result<HttpResponse> {
    only_depth_0(request)?;
    let properties = Properties::of(request).await?;
    let mut left = HREFS_MAX;
    let response = of(&properties, resource, root, &mut left).await?;
    Ok(multistatus(&Multistatus {
        responses: vec![response],
        sync_token: None,
    }))
}

/// The name that a `property` element asks for; DAV's own namespace if it names none.
fn asked(property: &Element) -> Result<Name> {
    let missing = || Fault::status(StatusCode::BAD_REQUEST, "a property needs a name");
    let local = property.get("name").ok_or_else(missing)?;
    let namespace = property.get("namespace").unwrap_or(name::DAV);
    Ok(Name {
        namespace: namespace.to_owned().into(),
        local: local.to_owned().into(),
    })
}

async fn of(
    properties: &Properties<'_>,
    resource: &Resource,
    wanted: &Element,
    left: &mut usize,
) -> Result<Response> {
    let request = properties.request;
    let item = match resource {
        Resource::Object(calendar, name) => {
            let item = find(request, calendar, name).await?;
            Some((calendar, item.ok_or_else(Fault::not_found)?))
        }
        _ => None,
    };
    let subject = match &item {
        Some((calendar, item)) => Subject::Item(calendar, item),
        None => Subject::Resource(resource),
    };
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for property in wanted.all(name::PROPERTY) {
        let name = asked(property)?;
        let Some(mut value) = properties.get(&subject, &name) else {
            missing.push(Element::new(name));
            continue;
        };
        if property.child(&name::PROPERTY).is_some() {
            for inner in &mut value.children {
                if inner.name == name::HREF {
                    *inner = Box::pin(named(properties, inner, property, left)).await?;
                }
            }
        }
        found.push(value);
    }
    let stat = |status, props: Vec<Element>| PropStat { status, props };
    let stats = [stat(200, found), stat(404, missing)];
    Ok(Response {
        href: resource.href(request),
        propstats: stats.into_iter().filter(|s| !s.props.is_empty()).collect(),
        ..Response::default()
    })
}

/// What is asked of the resource that an href names; the href itself where nothing can be said of it.
async fn named(
    properties: &Properties<'_>,
    href: &Element,
    wanted: &Element,
    left: &mut usize,
) -> Result<Element> {
    let Some(path) = path_of(href.trimmed()) else {
        return Ok(href.clone());
    };
    if *left == 0 {
        let detail = "too many resources are named: ask for less";
        return Err(Fault::status(StatusCode::FORBIDDEN, detail));
    }
    *left -= 1;
    let status = match Resource::at(properties.request, path).await {
        Ok(resource) if resource.is_there() => {
            let response = of(properties, &resource, wanted, left).await?;
            return Ok(response.write());
        }
        Ok(_) => 404,
        Err(fault) => fault.code(),
    };
    Ok(Response::status(href.trimmed(), status).write())
}
