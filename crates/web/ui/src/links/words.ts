// Links in words: who gives, who takes, and how much of an appointment is shared.
import type { Link, LinkMember, Mask } from '../api/types';
import { filterWords } from './filter';

export function maskWords(mask: Mask): string {
  if (mask.kind === 'everything') return 'everything';
  if (mask.kind === 'busy') return `only “${mask.title || 'Busy'}”`;
  return mask.fields?.length ? mask.fields.map((field) => fieldNames[field] ?? field).join(', ') : 'the time only';
}

/** The fields a link can share beside the time, by their RFC 8984 names: those that the server takes, and no people. */
export const fieldNames: Record<string, string> = {
  title: 'title', locations: 'place', virtualLocations: 'video link', description: 'text', privacy: 'privacy', keywords: 'categories',
};

export const sourcesOf = (link: { members: LinkMember[] }): LinkMember[] => link.members.filter((member) => member.role !== 'target');
export const targetsOf = (link: { members: LinkMember[] }): LinkMember[] => link.members.filter((member) => member.role !== 'source');
export const isTwoWay = (link: { members: LinkMember[] }): boolean => link.members.every((member) => member.role === 'both');

/** How it is going, and how much of it is still on its way. */
export function stateWords(link: Pick<Link, 'state' | 'pilot' | 'waiting' | 'members'>): string {
  const away = link.members.filter((member) => member.away).length;
  const words = [link.state === 'paused' ? 'paused' : link.pilot ? `pilot: ${link.waiting} would be written` : link.waiting > 0 ? `${link.waiting} on their way` : 'in step'];
  if (away > 0) words.push(`${away} taken out`);
  return words.join(' · ');
}

/** What a taker is shown, and of which appointments. */
function takenWords({ mask, filter }: LinkMember): string {
  const only = filterWords(filter);
  return `${maskWords(mask)}${mask.private ? ', marked as private' : ''}${only && `; only ${only}`}`;
}

/** What the link's takers are shown: one mask if they all share it. */
export function sharedWords(link: Pick<Link, 'members'>): string {
  const words = new Set(targetsOf(link).map(takenWords));
  return words.size === 1 ? [...words][0]! : 'different things per calendar';
}
