package standard

import (
	_ "github.com/sluice-gateway/sluice/extensions/directives"
	_ "github.com/sluice-gateway/sluice/extensions/jwt"
	_ "github.com/sluice-gateway/sluice/extensions/oauthprotectedresource"
	_ "github.com/sluice-gateway/sluice/extensions/signedidentity"
)
