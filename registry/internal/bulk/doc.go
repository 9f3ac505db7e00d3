// Package bulk is what the clients share in calls that take many requests: side by side, and one report of what became of them.
package bulk
