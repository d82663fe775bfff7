import { describe, expect, it } from 'vitest';
import { eventsOf, moveOccurrence } from './ics';

const object = (...events: string[][]) => ['BEGIN:VCALENDAR', 'VERSION:2.0', ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']), 'END:VCALENDAR', ''].join('\r\n');
const hour = 3_600_000;

const single = object([
  'UID:1', 'SUMMARY:Check-up\\, Okafor', 'DTSTART;TZID=Europe/Berlin:20261124T090000', 'DTEND;TZID=Europe/Berlin:20261124T093000',
  'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE="Room: 1";X-LONG=aaaaaaaaaaaaaaaaaa', ' aaaaaaaaaaaa:geo:1,2',
  'BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER;VALUE=DATE-TIME:20261124T070000Z', 'END:VALARM',
]);
const series = object(
  ['UID:2', 'SUMMARY:Huddle', 'DTSTART;TZID=Europe/Berlin:20261019T080000', 'DURATION:PT20M', 'RRULE:FREQ=DAILY', 'EXDATE;TZID=Europe/Berlin:20261020T080000'],
  ['UID:2', 'SUMMARY:Huddle, late', 'RECURRENCE-ID:20261126T070000Z', 'DTSTART:20261126T073000Z', 'DTEND:20261126T080000Z'],
);

describe('reading', () => {
  it('gives instants, ends and unescaped titles', () => {
    expect(eventsOf(single)).toMatchObject([{
      uid: '1', title: 'Check-up, Okafor', start: Date.parse('2026-11-24T08:00:00Z'), end: Date.parse('2026-11-24T08:30:00Z'), allDay: false, recurrenceId: null, cancelled: false,
    }]);
  });
  it('has a content that bookkeeping does not change, and everything else does', () => {
    const content = (...lines: string[]) => eventsOf(object(['UID:3', 'DTSTART:20261127T080000Z', ...lines]))[0]!.content;
    expect(content('SEQUENCE:1', 'DTSTAMP:20261101T000000Z')).toBe(content('SEQUENCE:2', 'DTSTAMP:20261102T000000Z', 'X-KALENDS-STAMP:a'));
    expect(content('LOCATION:Room 1')).not.toBe(content('LOCATION:Room 2'));
  });
  it('knows all-day events and recurrence ids', () => {
    const [day] = eventsOf(object(['UID:3', 'DTSTART;VALUE=DATE:20261127']));
    expect(day).toMatchObject({ allDay: true, start: Date.parse('2026-11-27T00:00:00Z'), end: Date.parse('2026-11-28T00:00:00Z') });
    expect(eventsOf(series)[1]!.recurrenceId).toBe(Date.parse('2026-11-26T07:00:00Z'));
  });
});

describe('moving', () => {
  it('changes DTSTART and DTEND of a single event and not one byte else', () => {
    const after = moveOccurrence(single, null, 1.25 * hour);
    expect(after).toBe(single.replace(':20261124T090000', ':20261124T101500').replace(':20261124T093000', ':20261124T104500'));
  });

  it('moves an override that exists, found by the moment', () => {
    const after = moveOccurrence(series, Date.parse('2026-11-26T07:00:00Z'), hour);
    expect(after).toBe(series.replace('20261126T073000Z', '20261126T083000Z').replace('20261126T080000Z', '20261126T090000Z'));
  });

  it('adds an override to a series, in the zone of the series, across a clock change', () => {
    // The series began in summer time; 08:00 in Berlin is 07:00 UTC in November.
    const after = moveOccurrence(series, Date.parse('2026-11-25T07:00:00Z'), hour);
    expect(after).toContain('RECURRENCE-ID;TZID=Europe/Berlin:20261125T080000\r\nDTSTART;TZID=Europe/Berlin:20261125T090000\r\nDURATION:PT20M\r\n');
    expect(after.match(/RRULE/g)).toHaveLength(1);
    expect(after.match(/BEGIN:VEVENT/g)).toHaveLength(3);
    expect(after).toContain('RRULE:FREQ=DAILY\r\nEXDATE;TZID=Europe/Berlin:20261020T080000\r\nEND:VEVENT');
  });

  it('says so when the appointment is not there', () => {
    expect(() => moveOccurrence(object(), 5, hour)).toThrow(/not in/);
  });
});
