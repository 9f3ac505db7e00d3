package chaos

import (
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// rebalances are the times at which the classic groups of an embedded cluster began to join, by name.
//
// A broker ends a rebalance when its members have joined or its time-out has passed. kfake has the time-out begin anew with each JoinGroup, and counts
// members that wait for their assignment (SyncGroup) while their connection or session ends as if they had waited for the group: it is one short from
// then on, so that only the time-out ends what follows. Members whose requests time out join again before that, in turns, for ever. So those that come
// too late for a rebalance are told to come again when it is over. Who has no id yet is only told one.
type rebalances map[string]time.Time

// keep has a cluster turn away who comes too late. The cluster calls its control functions one at a time.
func (r rebalances) keep(cluster *kfake.Cluster) {
	cluster.ControlKey(int16(kmsg.JoinGroup), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		join, ok := req.(*kmsg.JoinGroupRequest)
		if !ok || join.MemberID == "" || !r.late(join.Group, time.Duration(join.RebalanceTimeoutMillis)*time.Millisecond, time.Now()) {
			return nil, nil, false
		}
		resp, ok := join.ResponseKind().(*kmsg.JoinGroupResponse)
		if ok {
			resp.MemberID, resp.ErrorCode = join.MemberID, kerr.CoordinatorLoadInProgress.Code
		}
		return resp, nil, ok
	})
	cluster.ControlKey(int16(kmsg.SyncGroup), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		if sync, ok := req.(*kmsg.SyncGroupRequest); ok {
			delete(r, sync.Group) // the members have joined
		}
		return nil, nil, false
	})
}

// late reports whether who joins a group now comes after the time-out of the rebalance. A time-out later it is over.
func (r rebalances) late(group string, timeout time.Duration, now time.Time) bool {
	began, ok := r[group]
	if !ok || now.Sub(began) > 2*timeout {
		r[group] = now
		return false
	}
	return now.Sub(began) > timeout
}
