package prometheus

import _ "embed" // for the dashboard

// Dashboard is a dashboard for Grafana that shows every metric of this package, as JSON to import or to provision. It asks for the data source,
// and lets groups and topics be chosen.
//
//go:embed dashboard.json
var Dashboard string
