package integration

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// RestartBroker kills the broker's container, calls away, starts it again and waits until it answers; its data is still there. It returns
// the broker's new address, since its mapped port may change; clients find it by the address of [WithAdvertised], without which it is an
// error, as it is in an embedded Env.
func (e *Env) RestartBroker(ctx context.Context, away func()) (address string, err error) {
	if e.broker == nil {
		return "", errors.New("integration: a broker can be restarted only if WithAdvertised names an address that stays")
	}
	var kill time.Duration
	if err := e.broker.Stop(ctx, &kill); err != nil {
		return "", fmt.Errorf("integration: kill the broker: %w", err)
	}
	away()
	if err := e.broker.Start(ctx); err != nil {
		return "", fmt.Errorf("integration: start the broker: %w", err)
	}
	if address, err = e.broker.PortEndpoint(ctx, hostPort+"/tcp", ""); err != nil {
		return "", fmt.Errorf("integration: the broker's mapped port: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := await(ctx, "broker "+address, pingKafka(address)); err != nil {
		return "", fmt.Errorf("integration: %w", err)
	}
	return address, nil
}
