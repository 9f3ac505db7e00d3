// Package measure times loops side by side: all of them in turn, round after round, so that what else the machine does falls on all
// alike, and reports medians.
package measure
