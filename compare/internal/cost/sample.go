package cost

import (
	"syscall"
	"time"
)

// Sample is what a number of records took: nanoseconds for each.
type Sample struct {
	Wall float64 // of the clock: the inverse of the throughput
	CPU  float64 // of all threads of this process, system calls included
}

// meter takes the time between its making and the call of since.
type meter struct {
	clock time.Time
	cpu   time.Duration
}

func startMeter() meter { return meter{clock: time.Now(), cpu: cpuTime()} }

func (m meter) since(records int) Sample {
	wall, cpu := time.Since(m.clock), cpuTime()-m.cpu
	return Sample{Wall: float64(wall) / float64(records), CPU: float64(cpu) / float64(records)}
}

// cpuTime returns the processor time that this process has had.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // it takes no argument that could be wrong
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
