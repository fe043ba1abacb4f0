"""The addresses of signing in. Of allauth's pages only these exist; their names are the ones allauth looks for."""

from django.urls import path, re_path

from accounts.views import confirm, entrance, factors, name

urlpatterns = [
    path("", factors.index, name="mfa_index"),
    path("login/", entrance.sign_in, name="account_login"),
    path("login/code/", entrance.to_entrance, name="account_request_login_code"),
    path("login/code/confirm/", entrance.sign_in_code, name="account_confirm_login_code"),
    path("login/second/", factors.give_second_factor, name="mfa_authenticate"),
    path("login/passkey/", entrance.passkey_sign_in, name="mfa_login_webauthn"),
    path("staff/", entrance.staff_sign_in, name="account_staff_login"),
    path("signup/", entrance.sign_up, name="account_signup"),
    path("signup/code/", entrance.sign_up_code, name="account_email_verification_sent"),
    path("logout/", entrance.sign_out, name="account_logout"),
    path("inactive/", entrance.inactive, name="account_inactive"),
    path("confirm/", confirm.confirm, name="account_confirm"),
    path("name/", name.name, name="account_name"),
    path("password/", factors.change_password, name="account_change_password"),
    path("password/reset/", entrance.ask_password, name="account_reset_password"),
    path("password/reset/sent/", entrance.ask_password_done, name="account_reset_password_done"),
    path("password/reset/done/", entrance.new_password_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        entrance.new_password,
        name="account_reset_password_from_key",
    ),
    path("app/", factors.activate_app, name="mfa_activate_totp"),
    path("app/remove/", factors.deactivate_app, name="mfa_deactivate_totp"),
    path("passkeys/add/", factors.add_passkey, name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/remove/", factors.remove_passkey, name="mfa_remove_webauthn"),
    path("recovery-codes/", factors.fresh_recovery_codes, name="account_recovery_codes"),
    path("sessions/", factors.sessions, name="usersessions_list"),
    path("sessions/end/", factors.end_session, name="account_end_session"),
]
