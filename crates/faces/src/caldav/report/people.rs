//! Reports on people (RFC 3744 9.2–9.5).

use axum::{http::StatusCode, response::Response as HttpResponse};
use hub::Access;
use identity::User;
use protocols::caldav::{Element, Multistatus, Name, PropFind, Props, name};

use super::{
    super::{
        answer::{Fault, Result, multistatus, xml},
        privileges,
        properties::{Properties, Subject, called},
        propfind::{calendars, response},
        request::Request,
        resource::Resource,
    },
    only_depth_0, unsupported,
};

/// People of one answer.
const PEOPLE_MAX: usize = 100;

/// By which properties people can be searched, and what these are.
const SEARCHED: [(Name, &str); 2] = [
    (name::DISPLAYNAME, "Name"),
    (name::CALENDAR_USER_ADDRESS_SET, "Mail address"),
];

/// What a search consists of.
const PARTS: [Name; 3] = [
    name::PROP,
    name::PROPERTY_SEARCH,
    name::APPLY_TO_PRINCIPAL_COLLECTION_SET,
];

/// One of the reports on people; others are not known.
pub(super) async fn report(
    request: &Request,
    resource: &Resource,
    root: &Element,
) -> Result<HttpResponse> {
    if root.name == name::PRINCIPAL_PROPERTY_SEARCH {
        search(request, root).await
    } else if root.name == name::PRINCIPAL_SEARCH_PROPERTY_SET {
        searched(request, resource)
    } else if root.name == name::PRINCIPAL_MATCH {
        matching(request, resource, root).await
    } else if root.name == name::ACL_PRINCIPAL_PROP_SET {
        in_acl(request, resource, root).await
    } else {
        Err(unsupported())
    }
}

/// The properties that are asked for: at most one `prop`.
fn asked(root: &Element) -> Result<PropFind> {
    let mut props = root.all(name::PROP);
    match (props.next(), props.next()) {
        (None, _) => Ok(PropFind::props([])),
        (Some(prop), None) => Ok(PropFind::Props(Props::read(prop)?)),
        _ => Err(bad("one prop at most")),
    }
}

/// The same for a search. python-caldav puts what it asks for beside an empty `prop`, where RFC 3744 (9.4) has nothing else: it is
/// meant.
fn asked_beside(root: &Element) -> Result<PropFind> {
    let beside = |child: &&Element| !PARTS.contains(&child.name);
    match root.child(&name::PROP) {
        Some(prop) if prop.children.is_empty() => {
            let names = root.children.iter().filter(beside);
            Ok(PropFind::props(names.map(|child| child.name.clone())))
        }
        _ => asked(root),
    }
}

fn bad(detail: &'static str) -> Fault {
    Fault::status(StatusCode::BAD_REQUEST, detail)
}

async fn answer(request: &Request, found: &[Resource], asked: &PropFind) -> Result<HttpResponse> {
    let properties = Properties::of(request).await?;
    let responses = found.iter().map(|resource| {
        let subject = Subject::Resource(resource);
        response(&properties, resource.href(request), &subject, asked)
    });
    Ok(multistatus(&Multistatus {
        responses: responses.collect(),
        sync_token: None,
    }))
}

/// principal-property-search: people whose name or address contains a text; without one, everybody, as for an empty text.
async fn search(request: &Request, root: &Element) -> Result<HttpResponse> {
    only_depth_0(request)?;
    let asked = asked_beside(root)?;
    let mut wanted = Vec::new();
    for search in root.all(name::PROPERTY_SEARCH) {
        let prop = search
            .child(&name::PROP)
            .ok_or(bad("property-search needs prop"))?;
        let text = search
            .child(&name::MATCH)
            .ok_or(bad("property-search needs match"))?;
        let known = |p: &Element| SEARCHED.iter().any(|(name, _)| *name == p.name);
        if prop.children.is_empty() || !prop.children.iter().all(known) {
            // Nobody can be found by what nobody has.
            return answer(request, &[], &asked).await;
        }
        wanted.push((prop, text.trimmed().to_lowercase()));
    }
    let holds = |user: &User, name: &Name, text: &str| {
        let has = if *name == name::DISPLAYNAME {
            called(user).to_lowercase()
        } else {
            format!("mailto:{}", user.email).to_lowercase()
        };
        has.contains(text)
    };
    let any = root.get("test") == Some("anyof");
    let all = request.app.identity.users().await?.into_iter();
    let mut found: Vec<Resource> = all
        .filter(|user| {
            let mut each = wanted
                .iter()
                .map(|(prop, text)| prop.children.iter().all(|p| holds(user, &p.name, text)));
            if any && !wanted.is_empty() {
                each.any(|h| h)
            } else {
                each.all(|h| h)
            }
        })
        .map(Resource::Principal)
        .collect();
    found.truncate(PEOPLE_MAX);
    answer(request, &found, &asked).await
}

/// principal-search-property-set: by what people can be searched.
fn searched(request: &Request, resource: &Resource) -> Result<HttpResponse> {
    only_depth_0(request)?;
    if !matches!(resource, Resource::Principals | Resource::Root(_)) {
        return Err(unsupported());
    }
    let one = |(name, about): &(Name, &str)| {
        let prop = Element::parent(name::PROP, [Element::new(name.clone())]);
        let about = Element::text(name::DESCRIPTION, *about).attribute("xml:lang", "en");
        Element::parent(name::PRINCIPAL_SEARCH_PROPERTY, [prop, about])
    };
    let set = Element::parent(
        name::PRINCIPAL_SEARCH_PROPERTY_SET,
        SEARCHED.iter().map(one),
    );
    Ok(xml(StatusCode::OK, &set))
}

/// principal-match: who asks, or what of theirs is below a collection.
async fn matching(request: &Request, resource: &Resource, root: &Element) -> Result<HttpResponse> {
    only_depth_0(request)?;
    let asked = asked(root)?;
    if root.child(&name::SELF).is_some() {
        let own = match resource {
            Resource::Root(_) | Resource::Principals => {
                vec![Resource::Principal(request.user.clone())]
            }
            Resource::Principal(user) if user.id == request.user.id => vec![resource.clone()],
            _ => Vec::new(),
        };
        return answer(request, &own, &asked).await;
    }
    let by = root.child(&name::PRINCIPAL_PROPERTY);
    let by = by.and_then(|by| by.children.first());
    let by = by.ok_or(bad("self or principal-property is needed"))?;
    let properties = Properties::of(request).await?;
    let below = match resource {
        Resource::Home => calendars(request).await?,
        Resource::Calendar(calendar) => vec![calendar.clone()],
        _ => Vec::new(),
    };
    let own = Resource::Principal(request.user.clone()).href(request);
    let names = |resource: &Resource| {
        let value = properties.get(&Subject::Resource(resource), &by.name);
        value.is_some_and(|v| v.all(name::HREF).any(|h| h.trimmed() == own))
    };
    let found = below
        .into_iter()
        .map(Resource::Calendar)
        .filter(|r| names(r));
    answer(request, &found.collect::<Vec<_>>(), &asked).await
}

/// acl-principal-prop-set: those whom `acl` names, as far as they are here. Who may not read it is told of themselves.
async fn in_acl(request: &Request, resource: &Resource, root: &Element) -> Result<HttpResponse> {
    only_depth_0(request)?;
    if root.all(name::PROP).count() != 1 {
        return Err(bad("one prop is needed"));
    }
    let asked = asked(root)?;
    let mut named = vec![request.user.clone()];
    let (Resource::Calendar(place) | Resource::Object(place, _)) = resource else {
        return answer(
            request,
            &[Resource::Principal(request.user.clone())],
            &asked,
        )
        .await;
    };
    if place.access >= Access::Owner {
        let grants = privileges::grants(request, place.id).await?;
        named.extend(grants.into_iter().filter_map(|granted| granted.person));
    }
    let named: Vec<Resource> = named.into_iter().map(Resource::Principal).collect();
    answer(request, &named, &asked).await
}
