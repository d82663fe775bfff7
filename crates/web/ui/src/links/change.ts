// From what is chosen in the dialog to the change of a link, and back.
import type { Link, LinkChange, LinkMember, Mask, MaskKind, OnConflict } from '../api/types';
import { choiceOf, filterOf, type FilterChoice } from './filter';
import { targetsOf } from './words';

export interface Terms {
  name: string;
  onConflict: OnConflict;
  share: MaskKind;
  title: string;
  fields: string[];
  showPrivate: boolean;
  /** Copies are marked as private. */
  private: boolean;
  filter: FilterChoice;
  /** Only shown, not written. */
  pilot: boolean;
  /** Written also where that notifies people. */
  allowNotify: boolean;
  /** Calendars that have left the link for a while. */
  away: string[];
}

export function termsOf(link: Link): Terms {
  const mask: Mask = targetsOf(link)[0]?.mask ?? { kind: 'everything' };
  return {
    name: link.name, onConflict: link.onConflict, pilot: link.pilot ?? false, allowNotify: link.allowNotify ?? false, share: mask.kind, title: mask.title || 'Busy', fields: mask.fields ?? [],
    showPrivate: mask.showPrivate ?? false, private: mask.private ?? false, filter: choiceOf(targetsOf(link)[0]?.filter), away: link.members.filter((member) => member.away).map((member) => member.calendar),
  };
}

const seenOf = ({ share, title, fields, showPrivate }: Terms): Mask =>
  share === 'busy' ? { kind: 'busy', title: title || 'Busy' } : share === 'fields' ? { kind: 'fields', fields, showPrivate } : { kind: 'everything', showPrivate };

const maskOf = (terms: Terms): Mask => (terms.private ? { ...seenOf(terms), private: true } : seenOf(terms));

/** Only what differs. Whoever takes gets the mask and the filter; those of a pure source stay as they are. */
export function changeOf(link: Link, terms: Terms): LinkChange {
  const before = termsOf(link);
  const change: LinkChange = {};
  if (terms.name.trim() && terms.name.trim() !== before.name) change.name = terms.name.trim();
  if (terms.onConflict !== before.onConflict) change.onConflict = terms.onConflict;
  if (terms.pilot !== before.pilot) change.pilot = terms.pilot;
  if (terms.allowNotify !== before.allowNotify) change.allowNotify = terms.allowNotify;
  const masked = JSON.stringify(maskOf(terms)) !== JSON.stringify(maskOf(before));
  const moved = [...terms.away].sort().join() !== [...before.away].sort().join();
  const filter = filterOf(terms.filter);
  const sifted = JSON.stringify(filter) !== JSON.stringify(filterOf(before.filter));
  if (masked || moved || sifted) {
    change.members = link.members.map((member): LinkMember => {
      const takes = member.role !== 'source';
      return {
        ...member, away: terms.away.includes(member.calendar), mask: masked && takes ? maskOf(terms) : member.mask,
        ...(sifted && takes && { filter }),
      };
    });
  }
  return change;
}
