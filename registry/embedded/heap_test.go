package embedded_test

import "testing"

// TestHeap: 100,000 schemas have to fit into a gibibyte. It runs alone, since it measures the heap of the process.
func TestHeap(t *testing.T) {
	const schemas, all, budget = 1000, 100_000, 1 << 30
	if used := heapOf(t, schemas); used > budget/(all/schemas) {
		t.Errorf("%d schemas take %d bytes of heap, so %d would take more than %d", schemas, used, all, budget)
	}
}
