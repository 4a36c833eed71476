package platform

import "context"

type secretsKey struct{}

// WithSecrets returns a context for calls on behalf of a number whose fields
// hold these secrets. Whoever talks to a service takes them out of what it says.
func WithSecrets(ctx context.Context, secrets []string) context.Context {
	if len(secrets) == 0 {
		return ctx
	}
	return context.WithValue(ctx, secretsKey{}, append(Secrets(ctx), secrets...))
}

// Secrets are those of the context; nil: it has none.
func Secrets(ctx context.Context) []string {
	secrets, _ := ctx.Value(secretsKey{}).([]string)
	return secrets[:len(secrets):len(secrets)]
}

// SecretsIn are the values of those fields that nobody but their service may see.
func SecretsIn(fields []Field, values Values) []string {
	var secrets []string
	for _, field := range fields {
		switch value := values[field.Name].(type) {
		case string:
			if (field.Sensitive || field.WriteOnly) && value != "" {
				secrets = append(secrets, value)
			}
		case Values:
			secrets = append(secrets, SecretsIn(field.Fields, value)...)
		}
	}
	return secrets
}
