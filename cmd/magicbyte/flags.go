package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"
)

// refuseEmpty reports the flags that were given without a value, as "$AUTH" is where the variable is not set: taken as if they were not there,
// they would admit everybody, keep nothing, or compare with nothing.
func refuseEmpty(flags *pflag.FlagSet) error {
	var problems []error
	flags.Visit(func(f *pflag.Flag) {
		if f.Value.Type() == "string" && f.Value.String() == "" {
			problems = append(problems, fmt.Errorf("--%s is empty: give it a value, or leave it out", f.Name))
		}
	})
	return errors.Join(problems...)
}
