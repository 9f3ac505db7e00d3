package eventlog_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestNoCloudSDK: who opens the bucket chooses the cloud, and pays for its SDK alone.
func TestNoCloudSDK(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "gocloud.dev/blob\n") {
		t.Fatal("go list does not name the packages that are needed")
	}
	for _, dep := range strings.Fields(string(out)) {
		for _, sdk := range []string{"github.com/aws/", "github.com/Azure/azure-sdk", "cloud.google.com/go", "gocloud.dev/blob/s3blob", "gocloud.dev/blob/gcsblob", "gocloud.dev/blob/azureblob"} {
			if strings.HasPrefix(dep, sdk) {
				t.Errorf("eventlog needs %s", dep)
			}
		}
	}
}
