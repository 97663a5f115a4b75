module example.com/tenantguard

go 1.26.0

require github.com/sluice-gateway/sluice v0.0.0

replace github.com/sluice-gateway/sluice => ../../..
