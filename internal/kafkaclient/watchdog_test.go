package kafkaclient_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

func TestCloseWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if !kafkaclient.CloseWithin(time.Second, func() { <-time.After(900 * time.Millisecond) }) {
			t.Error("a close of 900 ms did not come through within a second")
		}
		hang := make(chan struct{})
		if kafkaclient.CloseWithin(time.Second, func() { <-hang }) {
			t.Error("a close that hangs came through")
		}
		close(hang)
	})
}
