package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// authVariable holds user:password where no flag does.
const authVariable = "MAGICBYTE_REGISTRY_AUTH"

type user struct{ name, password string }

// users reads whom to admit, nobody where nothing is said. Errors never repeat what was given.
func (s registrySettings) users() ([]user, error) {
	switch {
	case s.auth != "" && s.authFile != "":
		return nil, errors.New("registry: --auth and --auth-file exclude each other")
	case s.auth != "":
		return parseUsers("--auth", s.auth)
	case s.authFile != "":
		text, err := os.ReadFile(s.authFile)
		if err != nil {
			return nil, fmt.Errorf("registry: --auth-file: %w", err)
		}
		return parseUsers(s.authFile, string(text))
	}
	if text, ok := os.LookupEnv(authVariable); ok {
		return parseUsers(authVariable, text)
	}
	return nil, nil
}

// parseUsers reads one user:password a line; a password may have colons.
func parseUsers(from, text string) ([]user, error) {
	var users []user
	lines := map[string]int{}
	for i, line := range strings.Split(strings.TrimRight(text, "\r\n"), "\n") {
		name, password, _ := strings.Cut(strings.TrimSuffix(line, "\r"), ":")
		if name == "" || password == "" {
			return nil, fmt.Errorf("registry: %s, line %d: want user:password", from, i+1)
		}
		if earlier := lines[name]; earlier > 0 {
			return nil, fmt.Errorf("registry: %s, line %d: the user of line %d once more", from, i+1, earlier)
		}
		lines[name] = i + 1
		users = append(users, user{name, password})
	}
	return users, nil
}
