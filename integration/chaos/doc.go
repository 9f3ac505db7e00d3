// Package chaos proves what producer and consumer promise: it runs them under faults, keeps a ledger of all that happened, and
// checks the ledger. `make chaos CHAOS=60s SEED=1` runs it.
//
// # The run
//
// Several groups, each with a topic, an order and a group protocol of its own, are served by consumers that are processes
// of their own, so that they can be killed and stopped. A producer in the test's process writes to each topic. Between all of
// them and the brokers and the registry stand proxies. The run alternates between storms, in which faults of all kinds
// are drawn at random, and calms, in which members only join, leave and restart as they should.
//
// What is drawn follows from the seed alone, which is printed: the same seed draws the same faults in the same
// order. When each of them meets which record is up to the machine.
//
// # The ledger
//
// Every process writes its entries to one pipe, each in one piece: a handler before it begins and before it returns, the
// producer's callback, the observer of commits. So the ledger has one order, that of the writes, and what a process has
// written stays when it is killed. [Check] needs nothing else to judge but the dead letters as they stand on their topics.
//
// # Environment
//
//	CHAOS            how long it storms and is calm in all, "60s"; starting, settling and draining come on top
//	SEED             what is drawn; a new one by default
//	CHAOS_SERVICES   embedded, the default, or containers
//	CHAOS_LOGS       a folder for the log of each member and for the ledger as text
//	CHAOS_DEBUG      librdkafka's debug contexts for the members, "cgrp,topic"
package chaos
