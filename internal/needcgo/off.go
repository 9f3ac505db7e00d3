//go:build !cgo

package needcgo

// CGO_ENABLED is 0, or there is no C compiler: set CGO_ENABLED=1 and install one (Debian: apt-get install gcc libc6-dev; macOS: xcode-select --install).
var _ = the_Kafka_client_is_a_C_library_set_CGO_ENABLED_1_and_install_a_C_compiler
