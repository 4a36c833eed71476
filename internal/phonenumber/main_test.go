package phonenumber_test

import (
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }
