package avro

import "time"

// LocalTime is a date and time of day that is not bound to a time zone, as the logical types local-timestamp-millis, -micros and
// -nanos hold it: what calendar and clock on a wall show. The zero LocalTime is midnight of January 1, year 1. Values can be
// compared with ==.
type LocalTime struct{ wall time.Time } // in UTC

// LocalTimeOf returns what calendar and clock show at t, in t's time zone.
func LocalTimeOf(t time.Time) LocalTime {
	return LocalTime{time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)}
}

// In returns the time at which calendar and clock show l in loc.
func (l LocalTime) In(loc *time.Location) time.Time {
	w := l.wall
	return time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), w.Nanosecond(), loc)
}

// String returns l in the form 2006-01-02T15:04:05.999999999.
func (l LocalTime) String() string { return l.wall.Format("2006-01-02T15:04:05.999999999") }

// MarshalText returns what [LocalTime.String] returns.
func (l LocalTime) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what [LocalTime.MarshalText] returns.
func (l *LocalTime) UnmarshalText(text []byte) error {
	t, err := time.Parse("2006-01-02T15:04:05.999999999", string(text))
	if err != nil {
		return err
	}
	l.wall = t
	return nil
}
