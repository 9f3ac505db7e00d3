package embedded_test

import (
	"fmt"
	"io"
	"net/http/httptest"
	"strings"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

func Example() {
	server := httptest.NewServer(embedded.New())
	defer server.Close()

	const body = `{"schema":"{\"type\":\"record\",\"name\":\"Order\",\"fields\":[]}"}`
	resp, err := server.Client().Post(server.URL+"/subjects/orders-value/versions", "application/json", strings.NewReader(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	answer, err := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, string(answer), err)
	// Output:
	// 200 {"id":1,"version":1,"guid":"5550e8d7-4725-abd3-306d-cfc5a780d63b","schemaType":"AVRO","schema":"{\"type\":\"record\",\"name\":\"Order\",\"fields\":[]}"} <nil>
}
