//! PROPPATCH and MKCALENDAR bodies (RFC 4918 9.2, RFC 4791 5.3.1).

use super::{
    Error, Name,
    name::{DAV, MKCALENDAR, PROP, PROPERTYUPDATE, REMOVE, SET},
    xml::Element,
};

/// Properties to set and to remove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropertyUpdate {
    /// Properties with their new values.
    pub set: Vec<Element>,
    /// Properties to remove.
    pub remove: Vec<Name>,
}

impl PropertyUpdate {
    /// Reads a PROPPATCH body.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        let root = Element::parse(body)?;
        if root.name != PROPERTYUPDATE {
            return Err(wrong_root(&root, "propertyupdate"));
        }
        Ok(Self::read(&root))
    }

    /// Reads a MKCALENDAR body, or an extended MKCOL one (RFC 5689); an empty one sets nothing.
    pub fn parse_mkcalendar(body: &[u8]) -> Result<Self, Error> {
        if body.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let root = Element::parse(body)?;
        if root.name != MKCALENDAR && !root.name.is(DAV, "mkcol") {
            return Err(wrong_root(&root, "mkcalendar"));
        }
        Ok(Self::read(&root))
    }

    /// Instructions are done in the order of the document (RFC 4918 9.2), so that of several on one property the last one
    /// counts.
    fn read(root: &Element) -> Self {
        let mut update = Self::default();
        for part in &root.children {
            let sets = part.name == SET;
            if !sets && part.name != REMOVE {
                continue;
            }
            for property in part.all(PROP).flat_map(|prop| &prop.children) {
                update.set.retain(|known| known.name != property.name);
                update.remove.retain(|known| *known != property.name);
                if sets {
                    update.set.push(property.clone());
                } else {
                    update.remove.push(property.name.clone());
                }
            }
        }
        update
    }

    /// Writes a PROPPATCH body.
    pub fn write(&self) -> Element {
        self.write_as(PROPERTYUPDATE)
    }

    /// Writes a MKCALENDAR body.
    pub fn write_mkcalendar(&self) -> Element {
        self.write_as(MKCALENDAR)
    }

    fn write_as(&self, root: Name) -> Element {
        let mut root = Element::new(root);
        if !self.set.is_empty() {
            let prop = Element::parent(PROP, self.set.iter().cloned());
            root.children.push(Element::parent(SET, [prop]));
        }
        if !self.remove.is_empty() {
            let prop = Element::parent(PROP, self.remove.iter().cloned().map(Element::new));
            root.children.push(Element::parent(REMOVE, [prop]));
        }
        root
    }
}

fn wrong_root(root: &Element, expected: &'static str) -> Error {
    Error::Root {
        found: root.name.local.to_string(),
        expected,
    }
}
