package embedded

// What the registry says about itself. The version is that of the server whose
// behaviour it has.
const (
	serverVersion = "8.3.1"
	serverCommit  = "1591732f0d6aec44a5cbe4c3be555571d8ae8139"
	clusterID     = "embedded"
	groupID       = "schema-registry"
)

func (r *Registry) getRoot(*call) (any, error) { return struct{}{}, nil }

func (r *Registry) getClusterID(*call) (any, error) {
	return map[string]any{"scope": map[string]any{
		"path":     []string{},
		"clusters": map[string]string{"kafka-cluster": clusterID, "schema-registry-cluster": groupID},
	}}, nil
}

func (r *Registry) getServerVersion(*call) (any, error) {
	return map[string]string{"version": serverVersion, "commitId": serverCommit}, nil
}

func (r *Registry) getDeployment(*call) (any, error) {
	return map[string][]string{"attributes": {}}, nil
}
