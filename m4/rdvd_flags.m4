# RDVD_TRY_CFLAGS(VARIABLE, FLAGS...) - append to VARIABLE each flag that the compiler takes.
AC_DEFUN([RDVD_TRY_CFLAGS],
[for rdvd_flag in $2; do
  AC_MSG_CHECKING([whether $CC takes $rdvd_flag])
  rdvd_save_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS -Werror $rdvd_flag"
  AC_COMPILE_IFELSE([AC_LANG_SOURCE([[int main(void) { return 0; }]])],
    [AC_MSG_RESULT([yes]); $1="$$1 $rdvd_flag"], [AC_MSG_RESULT([no])])
  CFLAGS=$rdvd_save_CFLAGS
done])

# RDVD_TRY_LDFLAGS(VARIABLE, FLAGS...) - the same for the linker.
AC_DEFUN([RDVD_TRY_LDFLAGS],
[for rdvd_flag in $2; do
  AC_MSG_CHECKING([whether the linker takes $rdvd_flag])
  rdvd_save_LDFLAGS=$LDFLAGS
  LDFLAGS="$LDFLAGS -Werror $rdvd_flag"
  AC_LINK_IFELSE([AC_LANG_SOURCE([[int main(void) { return 0; }]])],
    [AC_MSG_RESULT([yes]); $1="$$1 $rdvd_flag"], [AC_MSG_RESULT([no])])
  LDFLAGS=$rdvd_save_LDFLAGS
done])
